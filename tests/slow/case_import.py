"""Import of real purchases: people and audiences equal what a plain script counts, also after a stop.

The data are public and too large for this repository. FULCRUM_DATASETS names the folder that holds
`online_retail/online_retail.csv.gz` (UCI Online Retail) and `cdnow/cdnow_transactions.csv.gz` (CDNOW);
by default `../shared/data` beside the project. Without them the cases are left out.
"""

import collections
import csv
import gzip
import os
import pathlib
import re
import signal
import subprocess

from slow import BINARY, ROOT, Report, Skip, expect, expect_equal, run, temporary_folder

DATASETS = pathlib.Path(os.environ.get("FULCRUM_DATASETS", ROOT.parent / "shared/data"))
RETAIL = (
    "online_retail/online_retail.csv.gz", "CustomerID", lambda it: float(it["UnitPrice"]) * float(it["Quantity"]),
    ["--map", "userId=CustomerID", "--map", "timestamp=InvoiceDate", "--property", "revenue=UnitPrice*Quantity"],
)
CDNOW = (
    "cdnow/cdnow_transactions.csv.gz", "_id", lambda it: float(it["spent"]),
    ["--map", "userId=_id", "--map", "timestamp=date", "--time-format", "%Y%m%d", "--property", "revenue=spent"],
)
AUDIENCES = {
    "often": 'audience: often\nwhen: count("Order Completed") >= 5\n',
    "big": 'audience: big\nwhen: sum("Order Completed", revenue) >= 1000\n',
}


def dataset(name):
    path = DATASETS / name
    if not path.exists():
        raise Skip(f"{path} is not there")
    return path


def counted(path, person, amount):
    """What the import must end in, by a script that knows nothing of it."""
    orders, spent = collections.Counter(), collections.Counter()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row[person]:
                orders[row[person]] += 1
                spent[row[person]] += amount(row)
    return {
        "people": len(orders),
        "events": sum(orders.values()),
        "often": sum(5 <= it for it in orders.values()),
        "big": sum(1000 <= it for it in spent.values()),
    }


def shop():
    folder = temporary_folder("import")
    run([BINARY, "init", folder / "shop"])
    for name, text in AUDIENCES.items():
        (folder / f"shop/program/audiences/{name}.yaml").write_text(text)
    return folder / "shop"


def arguments(path, options):
    return [str(it) for it in [BINARY, "import", path, "--source", "history", "--event", "Order Completed", *options]]


def said(text):
    number = lambda pattern: int(re.search(pattern, text).group(1).replace(",", ""))  # noqa: E731
    return {
        "people": number(r"([\d,]+) people \("),
        "events": number(r"([\d,]+) events \("),
        "often": number(r"often +([\d,]+) people"),
        "big": number(r"big +([\d,]+) people"),
    }


def everything_is_counted(of):
    name, person, amount, options = of
    path, folder = dataset(name), shop()
    found = said(run(arguments(path, options), cwd=folder, seconds=300))
    expect_equal(found, counted(path, person, amount), name)
    run([BINARY, "doctor"], cwd=folder)
    again = run(arguments(path, options), cwd=folder, seconds=300)
    expect_equal(said(again), found, f"{name}, imported again")


def goes_on_after_a_kill():
    name, person, amount, options = RETAIL
    path, folder = dataset(name), shop()
    process = subprocess.Popen(
        arguments(path, options), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # The bar says how far it is: in the middle of the rows.
    for line in process.stderr:
        if "reading" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    text = subprocess.run(
        arguments(path, options), cwd=folder, capture_output=True, text=True, check=True, timeout=300
    )
    expect("going on after row" in text.stderr, f"it began anew: {text.stderr[:300]}")
    expect_equal(said(text.stdout), counted(path, person, amount), "after the second import")


report = Report()
report.check("import_of_cdnow_counts_what_a_script_counts", everything_is_counted, CDNOW)
report.check("import_of_online_retail_counts_what_a_script_counts", everything_is_counted, RETAIL)
report.check("a_killed_import_goes_on_and_takes_no_row_twice", goes_on_after_a_kill)
report.end()
