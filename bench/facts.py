"""The facts of the history folded by person, by DuckDB and by Polars.

    facts.py events|properties FOLDER

Prints a line of JSON: CPU seconds and seconds of each, on two threads.
"""

import json
import os
import resource
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "2"
what, folder = sys.argv[1], sys.argv[2]
FILES = f"{folder}/*/*.parquet"


def timed(work):
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return {"cpu": cpu, "wall": time.perf_counter() - began}


def duckdb():
    import duckdb

    duckdb.sql("set threads = 2")
    length = ", sum(length(properties))" if what == "properties" else ""
    query = f"select person, count(*) filter (event = 'Order Completed'), max(time){length} from '{FILES}' group by person"
    return timed(lambda: duckdb.sql(f"select count(*), sum(hash(c)) from ({query}) c").fetchall())


def polars():
    import polars as pl

    columns = [(pl.col("event") == "Order Completed").sum(), pl.col("time").max()]
    if what == "properties":
        columns.append(pl.col("properties").str.len_bytes().sum())
    return timed(lambda: pl.scan_parquet(FILES).group_by("person").agg(columns).collect().hash_rows().sum())


print(json.dumps({"duckdb": duckdb(), "polars": polars()}))
