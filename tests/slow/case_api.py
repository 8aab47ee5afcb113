"""Requests made up from the OpenAPI document: whatever comes in, the server never answers 5xx."""

import json
import subprocess
import sys

from slow import CACHE, ROOT, Report, Server, Skip, expect, expect_equal, identify, mail_journey, track, until

SCHEMATHESIS = CACHE / "venv-schema/bin/schemathesis"
# Per operation: about a minute in all.
EXAMPLES = 100


def document_is_current(server):
    """What the binary serves is the file that the app's client was generated from."""
    status, _, body = server.request("GET", "/api/v1/openapi.json")
    expect_equal(status, 200, "the status of the document")
    other = differences(json.loads(body), json.loads((ROOT / "docs/openapi.json").read_text()), "")
    expect(not other, f"docs/openapi.json differs at {other[:8]}")


def differences(one, other, place):
    """The places at which two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        missing = [f"{place}/{it}" for it in sorted(one.keys() ^ other.keys())]
        both = sorted(one.keys() & other.keys())
        return missing + [at for it in both for at in differences(one[it], other[it], f"{place}/{it}")]
    return [] if one == other else [place]


def schemathesis(server):
    if not SCHEMATHESIS.exists():
        raise Skip("schemathesis is missing (PyPI)")
    command = [
        SCHEMATHESIS, "run", ROOT / "docs/openapi.json", "--url", server.url,
        "--header", f"Authorization: Bearer {server.token}",
        "--checks", "not_a_server_error",
        "--max-examples", str(EXAMPLES), "--seed", "1",
        # A stream of events never ends, and signing out or trying passwords is not what is asked.
        "--exclude-path", "/api/v1/events/stream",
        "--exclude-path", "/api/v1/session", "--exclude-path", "/api/v1/setup",
        "--request-timeout", "20",
    ]
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True,
                          timeout=900, cwd=server.folder)
    out = done.stdout + done.stderr
    (CACHE / "schemathesis.log").write_text(out)
    expect(done.returncode == 0, f"see .slow/schemathesis.log: {out[-1500:]}")
    expect(server.process.poll() is None, "the server ended")


def garbage(server):
    """By hand what a generator seldom makes: bytes that are no text, no JSON, no path."""
    odd = [
        ("POST", "/v1/batch", b"\xff\xfe\x00"), ("POST", "/v1/batch", b"[" * 100_000),
        ("POST", "/v1/batch", b"\x1f\x8b\x08broken"), ("POST", "/v1/track", b""),
        ("GET", "/api/v1/people?q=%00%ff&limit=-1", None), ("GET", "/api/v1/people?cursor=p", None),
        ("GET", "/api/v1/people/p99999999999999999999", None), ("GET", "/u/" + "A" * 5_000, None),
        ("POST", "/u/AAAA", b"List-Unsubscribe=One-Click"), ("GET", "/c/%2e%2e%2f", None),
        ("GET", "/../../etc/passwd", None), ("GET", "/assets/../../Cargo.toml", None),
        ("POST", "/api/v1/sources", b'{"name": ' + b'"' + b"n" * 300_000 + b'"}'),
    ]
    headers = {"authorization": f"Bearer {server.token}"}
    for method, path, body in odd:
        status, _, answer = server.request(method, path, body, headers)
        expect(status < 500, f"{method} {path[:60]} answered {status}")
        expect(b"panicked" not in answer and b"[workspace]" not in answer, f"{path[:60]} shows too much")


def no_door_is_open(server):
    """Without a session or token nothing of the API is told."""
    paths = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
    for path, item in paths.items():
        if path in ("/api/v1/session", "/api/v1/setup"):
            continue
        for method in item:
            status, _, _ = server.request(method.upper(), path.replace("{id}", "p1").replace("{name}", "spring"))
            expect_equal(status, 401, f"{method.upper()} {path} without a token")


def order_within_a_moment():
    """Events of one millisecond stand in the order in which they came, the last one on top."""
    server = Server("order")
    key = server.source("shop")
    server.start()
    at = "2026-01-02T03:04:05.678Z"
    # Few enough to be kept, and from the first byte of the log on: positions gain digits on the way.
    server.send(key, *[track("many", f"Step {it:02}", timestamp=at) for it in range(30)])

    def titles():
        person = server.person("many")
        return [it["title"] for it in server.timeline(person["id"], "event")] if person else []

    until("all events are there", lambda: len(titles()) == 30)
    wrong = [(upper, lower) for upper, lower in zip(titles(), titles()[1:]) if upper < lower]
    expect(not wrong, f"out of order, from top to bottom: {wrong}")
    server.stop()


def main():
    report = Report()
    programme = mail_journey()
    programme["broadcasts/spring.yaml"] = (
        "broadcast: spring\nowner: crm@sender.test\naudience: buyers\ncontent: greeting\n"
        "channels: [email]\nvalue: 1.0\n"
    )
    programme["audiences/buyers.yaml"] = "audience: buyers\nwhen: did(\"Order Completed\")\n"
    server = Server("api", programme)
    key = server.source("shop")
    server.start()
    for name in ("ann", "ben"):
        server.send(key, identify(name, email=f"{name}@x.test"), track(name, "Order Completed", {"revenue": 5}))
    until("two people are there", lambda: server.api("/people")["total"] == 2)
    report.check("api-document-is-current", document_is_current, server)
    report.check("api-no-door-is-open", no_door_is_open, server)
    report.check("api-garbage", garbage, server)
    report.check("api-schemathesis-no-5xx", schemathesis, server)
    report.check("api-timeline-keeps-the-order", order_within_a_moment)
    report.check("api-ledger-adds-up", server.check_ledger)
    report.check("api-no-panic", lambda: expect("panicked" not in server.log_path.read_text(), server.log_tail()))
    server.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
