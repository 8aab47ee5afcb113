"""The history: DuckDB, Polars and Spark read the files that a server writes, and count what was sent."""

import json
import shutil
import time

from slow import BINARY, CACHE, HERE, Report, Server, Skip, expect, expect_equal, run, track, until

FIRST = 1_780_000_000_000
TIMES = {
    "duckdb": "TIMESTAMP WITH TIME ZONE", "polars": "Datetime(time_unit='ms', time_zone='UTC')", "spark": "timestamp",
}
WHOLE = {"duckdb": "BIGINT", "polars": "Int64", "spark": "bigint"}
DATES = {"duckdb": "DATE", "polars": "Date", "spark": "date"}
# The thread looks every 20 seconds, and files at its first look whatever waits.
FILED_SECONDS = 90


def stamp(number):
    millis = FIRST + number * 61_001
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(millis // 1000)) + f".{millis % 1000:03d}Z", millis


def some_events():
    """Events with their revenue, of users and of visitors; every tenth is sent twice."""
    events, wanted = [], {}
    for number in range(600):
        text, millis = stamp(number)
        name = ["Order Completed", "Product Viewed", "Cart Updated"][number % 3]
        revenue = number % 97 + 0.25
        event = track(f"user {number % 40}", name, {"revenue": revenue, "größe": "é\n\"x\""}, messageId=f"m{number}", timestamp=text)
        if number % 20 == 19:
            del event["userId"]
            event["anonymousId"] = f"visitor {number % 40}"
        event["sentAt"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        events.append(event)
        of = wanted.setdefault(name, {"count": 0, "persons": set(), "revenue": 0.0, "times": []})
        of["count"] += 1
        of["persons"].add(event.get("userId") or event["anonymousId"])
        of["revenue"] += revenue
        of["times"].append(millis)
    return events + events[::10], wanted


def filed(server):
    """How far the history goes, which it says only when all is on the disk."""
    path = server.data / "history/_position.json"
    return json.loads(path.read_text())["history.1"]["position"] if path.exists() else 0


def rewritten(server, before):
    path = server.data / "people/merged.parquet"
    return path.exists() and before < path.stat().st_mtime


def file_everything(server):
    """A server that starts files what waits at its first look."""
    server.stop()
    before = time.time()
    server.start()
    until("the history is written", lambda: rewritten(server, before), FILED_SECONDS)


def written():
    server = Server("history")
    key = server.source("shop")
    server.start()
    events, wanted = some_events()
    for begin in range(0, len(events), 100):
        server.send(key, *events[begin:begin + 100])
    file_everything(server)
    expect(0 < filed(server), "the history goes nowhere")
    # Two who were filed apart become one.
    server.send(key, {"type": "identify", "userId": "user 0", "anonymousId": "visitor 19", "messageId": "merge"})
    until("the two are one", lambda: len(server.person("user 0")["merged"]) == 1)
    file_everything(server)
    server.stop()
    return server, wanted


def reads_it_whole(program):
    python = CACHE / f"venv-{'spark' if program == 'spark' else 'tables'}/bin/python"
    if not python.exists():
        raise Skip(f"{program} is not installed")
    if program == "spark" and shutil.which("java") is None:
        raise Skip("Spark needs Java")
    text = run([python, HERE / "clients/history_read.py", program, server.data], seconds=400)
    found = json.loads(text.strip().splitlines()[-1])
    types = found["types"]
    for column in ["time", "received_at"]:
        expect_equal(types[column], TIMES[program], f"the type of {column}")
    for column in ["person", "position", "named"]:
        expect_equal(types[column], WHOLE[program], f"the type of {column}")
    expect_equal(types["received"], DATES[program], "the type of the folders' day")
    events = {row[0]: row[1:] for row in found["events"]}
    expect_equal(events.pop("Identify")[0], 1, "how many identify")
    expect_equal(sorted(events), sorted(wanted), "the events")
    for name, of in wanted.items():
        count, persons, revenue, first, last, _ = events[name]
        expect_equal(count, of["count"], f"how many {name}")
        expect_equal(persons, len(of["persons"]), f"persons of {name}")
        expect(abs(revenue - of["revenue"]) < 1e-6, f"revenue of {name}: {revenue}, wanted {of['revenue']}")
        # The sender's clock is a part of a second off, and times are corrected by that.
        for found_at, wanted_at in [(first, min(of["times"])), (last, max(of["times"]))]:
            expect(abs(found_at - wanted_at) < 5_000, f"time of {name}: {found_at}, wanted {wanted_at}")
    everybody = set().union(*(of["persons"] for of in wanted.values()))
    expect_equal(found["persons"], len(everybody) - 1, "persons, with those who became one counted once")


def doctor_reads_every_row():
    said = server.command("doctor")
    expect("601 facts in" in said, said)


def a_backup_has_it():
    copy = server.folder / "copy"
    server.command("backup", "--to", copy)
    restored = server.folder / "restored"
    run([BINARY, "--data", restored, "restore", "--from", copy], cwd=server.folder)
    said = run([BINARY, "--data", restored, "doctor"], cwd=server.folder)
    expect("601 facts in" in said, said)


report = Report()
server = wanted = None


def write():
    global server, wanted
    server, wanted = written()


report.check("a_server_writes_it", write)
if server is not None:
    for program in ["duckdb", "polars", "spark"]:
        report.check(f"{program}_reads_it", reads_it_whole, program)
    report.check("doctor_reads_every_row", doctor_reads_every_row)
    report.check("a_backup_has_it", a_backup_has_it)
report.end()
