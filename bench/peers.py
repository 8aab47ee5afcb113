"""One operation of another program on a file, in CPU seconds and memory.

    peers.py OPERATION FILE

Prints a line of JSON: CPU seconds of the answer, of reading the file before it, megabytes at most, and
how many times the answer was given.
"""

import contextlib
import io
import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
operation, path = sys.argv[1], sys.argv[2]
CHANNELS = ["email", "social", "search", "push", "display", "post"]


def read(separator):
    import pandas

    return pandas.read_csv(path, sep=separator)


def attribution(order):
    with contextlib.redirect_stdout(io.StringIO()):
        import ChannelAttribution as other
    import pandas  # noqa: F401 - its import is nobody's work

    data = yield lambda: read(";")

    def answer():
        if order == 1:
            other.heuristic_models(data, "path", "total_conversions", var_value="total_conversion_value", flg_pro=False)
        other.markov_model(data, "path", "total_conversions", var_value="total_conversion_value", var_null="total_null",
                           order=order, ncore=1, seed=0, verbose=False, flg_pro=False)

    yield answer


def regression():
    import pandas  # noqa: F401
    import statsmodels.formula.api as formula

    data = yield lambda: read(",")
    yield lambda: formula.ols("spend ~ before + " + "*".join(CHANNELS), data).fit(cov_type="HC2").summary()


def gbstats():
    import pandas  # noqa: F401
    from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
    from gbstats.models.statistics import RegressionAdjustedStatistic, SampleMeanStatistic, compute_theta

    data = yield lambda: read(",")

    def of(column):
        return SampleMeanStatistic(n=len(column), sum=float(column.sum()), sum_squares=float((column * column).sum()))

    def cell(rows):
        product = float((rows["spend"] * rows["before"]).sum())
        return RegressionAdjustedStatistic(
            n=len(rows), post_statistic=of(rows["spend"]), pre_statistic=of(rows["before"]), post_pre_sum_of_products=product, theta=0.0)

    def answer():
        on = data[CHANNELS].sum(axis=1)
        none, all_on = cell(data[on == 0]), cell(data[on == len(CHANNELS)])
        none.theta = all_on.theta = compute_theta(none, all_on)
        TwoSidedTTest(none, all_on, FrequentistConfig(difference_type="absolute")).compute_result()

    yield answer


def lifetime(rows):
    from lifetimes import BetaGeoFitter
    from lifetimes.datasets import load_cdnow_summary

    data = yield load_cdnow_summary
    if rows:
        data = data.sample(rows, replace=True, random_state=0).reset_index(drop=True)
    yield lambda: BetaGeoFitter().fit(data["frequency"], data["recency"], data["T"])


OPERATIONS = {
    "attribution-1": lambda: attribution(1),
    "attribution-3": lambda: attribution(3),
    "regression": regression,
    "gbstats": gbstats,
    "cdnow": lambda: lifetime(0),
    "customers": lambda: lifetime(1_000_000),
}


def cpu(function):
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        found = function()
    return time.process_time() - began, found


steps = OPERATIONS[operation]()
reading, data = cpu(next(steps))
answer = steps.send(data)
seconds, _ = cpu(answer)
if operation in ("cdnow", "customers"):
    # Its table comes with it and is no file of a customer.
    reading = 0.0
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 * 1.024
print(json.dumps({"seconds": seconds, "reading": reading, "megabytes": megabytes, "times": 1}))
