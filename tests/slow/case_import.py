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

from slow import BINARY, ROOT, Report, Server, Skip, expect, expect_equal, run, temporary_folder, until

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


def other_tools_exports_through_a_running_server():
    """People with their consents come by the API of the server that runs, and again change nothing."""
    server = Server("moving")
    server.start()
    token = {"FULCRUM_TOKEN": server.token}
    exports = ROOT / "fixtures/exports"
    name = f"127.0.0.1:{server.port}"

    def command(*arguments):
        return server.command(*arguments, "--server", name, "--yes", environment=token)

    def statements(address):
        person = server.person(address)
        return sorted(f"{it['state']} {it['topic']} {it['at']}" for it in person["consents"]) if person else []

    wanted = ["granted news 2024-01-15T10:42:10Z"]
    for _ in range(2):
        command("import", exports / "mailchimp", "--from", "mailchimp", "--topic", "news")
        until("Ann's yes is there", lambda: statements("ann.lee@example.test") == wanted, 10)
        until("Eve's no is there", lambda: statements("eve@example.test") == ["withdrawn news 2024-05-20T18:03:00Z"], 10)
    table = server.folder / "vip.csv"
    table.write_text("email\nann.lee@example.test\nnew@example.test\n")
    expect("of them made now" in command("list", "add", "vip", table), "nobody was made")
    lists = lambda: {it["name"]: it["people"] for it in server.api("/lists")["lists"]}  # noqa: E731
    until("two are on the list", lambda: lists() == {"vip": 2}, 10)
    server.stop()


def an_export_goes_on_after_a_kill():
    """Killed while it reads 20,000 people, and run again: everybody once, with one yes each."""
    folder, count = shop(), 20_000
    table = folder / "subscribed_members_export_1.csv"
    rows = (
        f"p{it}@example.test,P{it},2024-01-15 10:30:00,192.0.2.7,2024-01-15 10:42:10,192.0.2.7,{it}\n"
        for it in range(count)
    )
    header = "Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID\n"
    table.write_text(header + "".join(rows))
    command = [str(it) for it in [BINARY, "import", table, "--from", "mailchimp", "--topic", "news", "--yes"]]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "reading" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    text = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=300)
    found = [int(it.replace(",", "")) for it in re.search(r"([\d,]+) people \(.*?([\d,]+) events \(", text.stdout).groups()]
    expect_equal(found, [count, 2 * count], "people and events")


report = Report()
report.check("an_export_goes_on_after_a_kill", an_export_goes_on_after_a_kill)
report.check("exports_of_other_tools_come_through_a_running_server", other_tools_exports_through_a_running_server)
report.check("import_of_cdnow_counts_what_a_script_counts", everything_is_counted, CDNOW)
report.check("import_of_online_retail_counts_what_a_script_counts", everything_is_counted, RETAIL)
report.check("a_killed_import_goes_on_and_takes_no_row_twice", goes_on_after_a_kill)
report.end()
