"""The app and the customers' pages in a real browser, served by the real binary."""

import asyncio
import email
import email.policy
import json
import os
import re
import subprocess
import sys

from slow import (
    CACHE, HERE, NODE_MODULES, ROOT, Report, Server, Skip, expect, free_port, identify, mail_journey, needs_node,
    start_process, track, until,
)

PASSWORD = "four unrelated words"


class Mailbox:
    """Takes every mail, for the links in it."""

    def __init__(self):
        try:
            from aiosmtpd.controller import Controller
        except ImportError:
            raise Skip("aiosmtpd is missing (PyPI)") from None
        self.mails = []
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        await asyncio.sleep(0)
        return "250 taken"


def browse(report, settings, script):
    """Runs a browser story; it prints `ok NAME` and `FAIL NAME: why` itself, as we do."""
    environment = {**os.environ, "NODE_PATH": str(NODE_MODULES), "NO_PROXY": "*"}
    process = start_process(
        ["node", HERE / "clients" / script, json.dumps(settings), *report.only],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    for line in process.stdout:
        print(line, end="", flush=True)
        report.passed += line.startswith("ok ")
        report.failed += line.startswith("FAIL ")
    if process.wait(30) != 0:
        report.fail(script, f"the browser's script ended with {process.returncode}")


def main():
    report = Report()
    try:
        needs_node()
        mailbox = Mailbox()
        if not (ROOT / "web/dist/index.html").exists():
            raise Skip("web/dist is missing: npm ci && npm run build in web")
    except Skip as why:
        report.skipped += 1
        print(f"skip browser: {why}")
        report.end()
    smtp = {"host": "127.0.0.1", "port": mailbox.port, "tls": "none"}
    server = Server("browser", mail_journey(), smtp)
    key = server.source("Web shop")
    server.start()
    for name in ("ann", "ben", "cor"):
        server.send(
            key, identify(name, email=f"{name}@x.test", name=name.title(), plan="pro"),
            track(name, "Order Completed", {"revenue": 20}), track(name, "Greet"),
        )
    until("three mails came", lambda: len(mailbox.mails) == 3)
    # Something rejected to look at.
    server.request("POST", "/v1/batch", {"batch": [{"type": "track", "userId": "ann"}], "writeKey": key})
    text = mailbox.mails[0].get_body(("plain",)).get_content()
    links = {
        kind: re.search(rf"{re.escape(server.url)}/{kind}/\S+", text).group(0) for kind in ("u", "p", "w")
    }
    # Somebody else's, who is erased at the end.
    asked = re.search(r"/p/\S+", mailbox.mails[1].get_body(("plain",)).get_content()).group(0)
    server.request("POST", f"{asked}/link", {})
    until("the mail with the link came", lambda: len(mailbox.mails) == 4)
    fresh = re.search(
        rf"{re.escape(server.url)}/f/[\w-]+", mailbox.mails[3].get_body(("plain",)).get_content()
    ).group(0)
    links |= {"f": fresh, **{it: f"{fresh}/{it}" for it in ("messages", "data", "erase")}, "ask": f"{server.url}/f"}
    shots = CACHE / "shots"
    shots.mkdir(parents=True, exist_ok=True)
    settings = {
        "url": server.url, "setup": server.setup_link, "password": PASSWORD, "key": key,
        "links": links, "shots": str(shots),
    }
    browse(report, settings, "app.cjs")

    def wish_holds():
        """What was chosen on a page without script is on the person."""
        address = mailbox.mails[0]["to"]
        person = server.person(str(address))
        off = [it for it in person["consents"] if it["state"] == "withdrawn"]
        expect(off, f"nothing was withdrawn on the unsubscribe page: {person['consents']}")

    report.check("public-unsubscribe-was-stored", wish_holds)
    report.check("browser-no-panic", lambda: expect("panicked" not in server.log_path.read_text(), server.log_tail()))
    server.stop()
    mailbox.controller.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
