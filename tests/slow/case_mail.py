"""A mail server that misbehaves on purpose: copies received against what the ledger says."""

import asyncio
import email
import email.policy
import sys
import threading
import time

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, syntax
except ImportError:
    print("skip mail: aiosmtpd is missing (PyPI)\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

from slow import Failure, Report, Server, expect, expect_equal, free_port, identify, mail_journey, track, until

# Addresses say what happens to them; see `Scripted`.
SCRIPTS = ["ok", "grey", "gone", "full", "cut-before", "cut-inside", "cut-after", "hang"]
# The first pause of the retries is a minute.
RETRY_SECONDS = 100
END_TIMEOUT = "4s"


class Scripted(SMTP):
    """Closes the connection where an ordinary server never does."""

    @syntax("DATA")
    async def smtp_DATA(self, arg):
        to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if to.startswith("cut-inside@") and self.event_handler.first(to):
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    def __init__(self):
        self.copies, self.tries, self.lock = {}, {}, threading.Lock()

    def first(self, address):
        with self.lock:
            self.tries[address] = self.tries.get(address, 0) + 1
            return self.tries[address] == 1

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "grey" and self.first(address):
            return "451 4.7.1 greylisted, come back later"
        if name == "gone":
            return "550 5.1.1 no such user here"
        if name == "full":
            return "552 5.2.2 mailbox full"
        if name == "cut-before" and self.first(address):
            server.transport.abort()
            return "421 closed"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        with self.lock:
            self.copies.setdefault(to, []).append(envelope.content)
        if to.startswith("cut-after@"):
            server.transport.abort()
            return "421 closed"
        if to.startswith(("hang@", "flight@")):
            await asyncio.sleep(20)
        return "250 2.0.0 taken as X1"

    def count(self, address):
        with self.lock:
            return len(self.copies.get(address, []))


class Mailbox(Controller):
    def factory(self):
        return Scripted(self.handler, enable_SMTPUTF8=True)


class World:
    """The scripted mail server, a Fulcrum that mails through it, and one person per script."""

    def __init__(self):
        self.handler = Handler()
        port = free_port()
        self.mailbox = Mailbox(self.handler, hostname="127.0.0.1", port=port)
        self.mailbox.start()
        smtp = {
            "host": "127.0.0.1", "port": port, "tls": "none", "helo": "engine.sender.test",
            "timeout_end": END_TIMEOUT, "concurrency": 8,
        }
        self.server = Server("mail", mail_journey(), smtp)
        self.key = self.server.source("shop")
        self.server.start()

    def greet(self, name):
        address = f"{name}@scripted.test"
        self.server.send(self.key, identify(name, email=address, name="Ann"), track(name, "Greet"))
        return address

    def messages(self, name):
        person = self.server.person(f"{name}@scripted.test")
        return self.server.timeline(person["id"], "message") if person else []

    def ended(self, name, seconds):
        def done():
            found = self.messages(name)
            return found if found and all(it["state"] != "pending" for it in found) else None

        try:
            found = until("the message has ended", done, seconds)
        except Failure:
            trail = [(it["state"], it["trail"]) for it in self.messages(name)]
            raise Failure(f"still under way after {seconds} s: {trail}") from None
        expect_equal(len(found), 1, "messages of this person")
        return found[0]


def outcome(world, name, state, reason, copies, seconds=20):
    message = world.ended(name, seconds)
    trail = [f"{it['code']} {it['detail']}" for it in message["trail"]]
    expect_equal((message["state"], message["reason"]["code"]), (state, reason), f"{trail}")
    expect_equal(world.handler.count(f"{name}@scripted.test"), copies, "copies received")
    return trail


def greylisted(world):
    trail = outcome(world, "grey", "sent", "sent", 1, RETRY_SECONDS)
    expect(any("451" in it or "greylisted" in it for it in trail), f"the trail hides the 451: {trail}")


def gone(world):
    outcome(world, "gone", "failed", "refused", 0)
    person = world.server.person("gone@scripted.test")
    reasons = [it["reason"]["code"] for it in person["suppressed"]]
    expect_equal(reasons, ["bounced"], "the address is suppressed")
    world.greet("gone")

    def second():
        found = world.messages("gone")
        return found if len(found) == 2 and all(it["state"] != "pending" for it in found) else None

    newest = until("a second message has ended", second)[0]
    expect_equal((newest["state"], newest["reason"]["code"]), ("suppressed", "bounced"), "the second message")


def full(world):
    outcome(world, "full", "failed", "refused", 0)
    person = world.server.person("full@scripted.test")
    expect_equal(person["suppressed"], [], "a full mailbox is no dead address")


def cut_inside(world):
    """Either the cut was seen before the final dot, then it is sent again; or it is unknown."""
    message = world.ended("cut-inside", RETRY_SECONDS)
    copies = world.handler.count("cut-inside@scripted.test")
    expect((message["state"], copies) in [("sent", 1), ("unknown", 0)],
           f"{message['state']} with {copies} copies: {message['trail']}")


def never_again(world):
    """Unknown messages stay so: no retry reaches anybody later, nor after a restart."""
    before = {it: world.handler.count(f"{it}@scripted.test") for it in SCRIPTS}
    world.server.stop()
    world.server.start()
    time.sleep(3)
    after = {it: world.handler.count(f"{it}@scripted.test") for it in SCRIPTS}
    expect_equal(after, before, "copies after a restart")


def killed_in_flight(world):
    """The server dies while the provider thinks: found in flight, unknown, never a second copy."""
    address = world.greet("flight")
    until("the message is on the wire", lambda: world.handler.count(address) == 1)
    world.server.kill()
    world.server.start()
    message = world.ended("flight", 20)
    expect_equal((message["state"], message["reason"]["code"]), ("unknown", "found_in_flight"), "the message")
    time.sleep(3)
    expect_equal(world.handler.count(address), 1, "copies received")


def well_formed(world):
    content = world.handler.copies["ok@scripted.test"][0]
    expect(b"\n" not in content.replace(b"\r\n", b""), "a bare line feed is in the message")
    expect(max(len(it) for it in content.split(b"\r\n")) <= 998, "a line is longer than 998 bytes")
    message = email.message_from_bytes(content, policy=email.policy.default)
    expect_equal(message["subject"], "Welcome, Ann", "the subject")


def ledger(world):
    found = world.server.check_ledger()
    # One per script, a second one for the dead address, and the one in flight at the kill.
    expect_equal(found["candidates"], len(SCRIPTS) + 2, "candidates in the ledger")
    expect_equal(found["pending"], 0, "messages under way at the end")


def main():
    report = Report()
    world = World()
    for name in SCRIPTS:
        world.greet(name)
    report.check("mail-ok", outcome, world, "ok", "sent", "sent", 1)
    report.check("mail-well-formed", well_formed, world)
    report.check("mail-550-suppresses", gone, world)
    report.check("mail-552-does-not", full, world)
    report.check("mail-closed-after-data-is-unknown", outcome, world, "cut-after", "unknown", "answer_lost", 1)
    report.check("mail-hang-is-unknown", outcome, world, "hang", "unknown", "answer_lost", 1, 30)
    report.check("mail-451-then-250", greylisted, world)
    report.check("mail-closed-before-data-is-retried", outcome, world, "cut-before", "sent", "sent", 1, RETRY_SECONDS)
    report.check("mail-closed-inside-data", cut_inside, world)
    report.check("mail-restart-sends-nothing-again", never_again, world)
    report.check("mail-killed-in-flight", killed_in_flight, world)
    report.check("mail-ledger-adds-up", ledger, world)
    world.server.stop()
    world.mailbox.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
