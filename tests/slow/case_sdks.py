"""Real SDKs against the real server: every event arrives once, with the right person."""

import json
import os
import subprocess
import sys
import time

from slow import (
    CACHE, HERE, NODE_MODULES, Failure, Report, Server, Skip, expect, expect_equal,
    needs_node, start_process, until,
)

# What each client sends, as a timeline names it.
SENT = sorted(["Page Viewed: Home", "Identify", "Order Completed", "Group", "Alias"])

# (case, client, mode); the source has the case's name and the user is called after it.
SERVER_SDKS = [
    ("segment-node", "segment_node.cjs", "normal"),
    ("rudder-node-gzip", "rudder_node.cjs", "gzip"),
    ("rudder-node-plain", "rudder_node.cjs", "plain"),
    ("segment-python", "segment_python.py", "plain"),
    ("segment-python-gzip", "segment_python.py", "gzip"),
    ("rudder-python", "rudder_python.py", "gzip"),
    ("rudder-python-plain", "rudder_python.py", "plain"),
    ("posthog-node", "posthog_node.cjs", "gzip"),
    ("posthog-node-plain", "posthog_node.cjs", "plain"),
    ("posthog-python", "posthog_python.py", "plain"),
    ("posthog-python-gzip", "posthog_python.py", "gzip"),
]
BAD_EVENT_SDKS = [
    ("segment-node-bad", "segment_node.cjs"),
    ("rudder-node-bad", "rudder_node.cjs"),
    ("segment-python-bad", "segment_python.py"),
    ("rudder-python-bad", "rudder_python.py"),
    ("posthog-node-bad", "posthog_node.cjs"),
    ("posthog-python-bad", "posthog_python.py"),
]
BROWSER_SDKS = [
    ("segment-browser", "segment", {}),
    ("segment-browser-batching", "segment", {"batching": True}),
    ("rudder-browser", "rudder", {}),
    ("rudder-browser-beacon", "rudder", {"beacon": True}),
    ("posthog-browser", "posthog", {"posthog": True}),
    ("posthog-browser-plain", "posthog", {"posthog": True, "plain": True}),
]
# One person per event, so that the number of persons says what arrived and the number of events
# that nothing was counted twice.
STREAMED = 300


def client_command(client):
    if client.endswith(".cjs"):
        needs_node()
        return ["node", HERE / "clients" / client]
    python = CACHE / f"venv-{client.split('_')[0]}/bin/python"
    if not python.with_name("pip").exists():
        raise Skip(f"the PyPI packages of {client} are not installed")
    return [python, HERE / "clients" / client]


def client_environment():
    return {**os.environ, "NODE_PATH": str(NODE_MODULES), "NO_PROXY": "*"}


def run_client(client, *arguments):
    """What the SDK's process printed; it must end by itself and well."""
    done = subprocess.run(
        [str(it) for it in [*client_command(client), *arguments]],
        capture_output=True, text=True, timeout=120, env=client_environment(),
    )
    said = done.stdout + done.stderr
    expect(done.returncode == 0, f"the SDK's process ended with {done.returncode}: {said[-600:]}")
    expect("done" in said, f"the SDK did not come to its end: {said[-600:]}")
    return said


def arrived(server, case, user, wanted, rejected=0):
    """Every event once, with one person who has all the identifiers."""
    def all_taken():
        counts = server.source_counts(case)
        return counts if counts["accepted"] - counts["duplicates"] >= len(wanted) else None

    try:
        counts = until("the events are taken", all_taken, 10)
    except Failure:
        counts = server.source_counts(case)
        raise Failure(f"of {len(wanted)} events the source counts {counts}") from None
    expect_equal(counts["rejected"], rejected, "rejected events")
    person = until("the person is found", lambda: server.person(f"{user}@example.test"))

    def titles():
        items = server.timeline(person["id"], "event")
        return sorted(it["title"] for it in items)

    until("the timeline has all events", lambda: len(titles()) >= len(wanted), 10)
    expect_equal(titles(), sorted(wanted), "the timeline's events")
    known = {f"{it['kind']}:{it['value']}" for it in person["identifiers"]}
    expect(f"user_id:{user}" in known, f"the user id is missing among {known}")
    expect(f"email:{user}@example.test" in known, f"the e-mail is missing among {known}")
    expect(f"anonymous_id:anon-{user}" in known, f"alias did not join the visitor: {known}")
    traits = {it["name"]: it["value"] for it in person["traits"]}
    expect_equal(traits.get("name"), "Ann", "the trait `name`")
    return counts, person


def server_sdk(server, key, case, client, mode):
    user = f"user-{case}"
    run_client(client, server.url, key, mode, user)
    counts, _ = arrived(server, case, user, SENT)
    # One try was enough: nothing came twice.
    expect_equal(counts["accepted"], len(SENT), "accepted events")


def bad_event(server, key, case, client):
    user = f"user-{case}"
    run_client(client, server.url, key, "bad", user)
    arrived(server, case, user, SENT, rejected=1)
    status, _, body = server.request(
        "GET", "/api/v1/events?limit=200", headers={"authorization": f"Bearer {server.token}"}
    )
    expect_equal(status, 200, "the status of the events")
    events = [it for it in json.loads(body)["events"] if not it["accepted"]]
    reasons = [it["rejection"]["code"] for it in events if user in it["body"]]
    expect_equal(reasons, ["name_too_long"], "the debugger's reasons for this user's bad event")


def browser_sdk(server, key, case, sdk, options):
    needs_node()
    user = f"user-{case}"
    settings = {"host": server.url, "writeKey": key, "user": user, **options}
    done = subprocess.run(
        ["node", str(HERE / "clients/page.cjs"), sdk, json.dumps(settings), str(server.folder)],
        capture_output=True, text=True, timeout=120, env=client_environment(),
    )
    expect(done.returncode == 0, f"the browser's driver failed: {(done.stdout + done.stderr)[-800:]}")
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    expect_equal(seen["errors"], [], "errors in the page")
    elsewhere = {it["url"] for it in seen["requests"] if not it["url"].startswith(server.url)}
    expect(not elsewhere, f"the page asked other hosts: {elsewhere}")
    arrived(server, case, user, SENT)
    paths = {it["url"][len(server.url):].split("?")[0] for it in seen["requests"]}
    if options.get("beacon"):
        expect("/beacon/v1/batch" in paths, f"no beacon was sent: {sorted(paths)}")
    elif options.get("batching"):
        expect("/v1/b" in paths, f"no batch was sent: {sorted(paths)}")
    elif options.get("posthog"):
        expect("/i/v0/e/" in paths, f"no event was sent: {sorted(paths)}")
    else:
        # The browser asks first, because the page comes from another port.
        asked = any(it["type"] == "Preflight" or it["method"] == "OPTIONS" for it in seen["requests"])
        expect(asked, "the browser sent no preflight: the page was not of another origin")


def killed_in_the_middle(script):
    """The server dies while an SDK sends: its retries bring the rest, nothing is counted twice."""
    client = client_command(script)
    server = Server("kill")
    key = server.source("stream")
    server.start()
    command = [*client, server.url, key, "stream", "streamed", str(STREAMED)]
    client = start_process(
        command, env=client_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    until(
        "a part of the events is in",
        lambda: STREAMED // 10 <= server.source_counts("stream")["accepted"],
        30,
    )
    server.kill()
    expect(client.poll() is None, "the client was done before the server died")
    time.sleep(1.0)
    server.start()
    said, _ = client.communicate(timeout=120)
    expect(client.returncode == 0, f"the client ended with {client.returncode}: {said[-600:]}")

    def settled():
        engine = server.api("/today")["engine"]
        return engine if engine["events"] >= STREAMED and engine["lag_ms"] < 1_000 else None

    try:
        engine = until("all events are in", settled)
    except Failure:
        engine = server.api("/today")["engine"]
        raise Failure(f"of {STREAMED} events there are {engine}; the SDK said {said[-300:]}") from None
    # A late retry would come within the SDK's next pause.
    time.sleep(2)
    engine = server.api("/today")["engine"]
    expect_equal((engine["events"], engine["people"]), (STREAMED, STREAMED), "events and people")
    server.kill()
    server.start()
    engine = until("the state is read again", settled)
    expect_equal((engine["events"], engine["people"]), (STREAMED, STREAMED), "after another kill")
    server.stop()


def main():
    report = Report()
    server = Server("sdks")
    cases = [it[0] for it in [*SERVER_SDKS, *BAD_EVENT_SDKS, *BROWSER_SDKS]]
    keys = {case: server.source(case) for case in cases}
    server.start()
    for case, client, mode in SERVER_SDKS:
        report.check(case, server_sdk, server, keys[case], case, client, mode)
    for case, client in BAD_EVENT_SDKS:
        report.check(case, bad_event, server, keys[case], case, client)
    for case, sdk, options in BROWSER_SDKS:
        report.check(case, browser_sdk, server, keys[case], case, sdk, options)
    report.check("stops-in-order", server.stop)
    report.check("killed-in-the-middle", killed_in_the_middle, "segment_node.cjs")
    report.check("killed-in-the-middle-of-posthog", killed_in_the_middle, "posthog_node.cjs")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
