"""Text messages by SMPP through the whole server, with carriers by node-smpp and smpp.twisted: what they take, what they
tell, and what becomes of a message when they say nothing."""

import json
import os
import subprocess
import sys

from slow import CACHE, HERE, Report, Server, Skip, expect, expect_equal, free_port, identify
from slow import start_process, temporary_folder, track, until

MODULES = CACHE / "personal/node_modules"
SECRET = {"SMPP_PASSWORD": "secret08"}
PHONES = {"ann": "31612345678", "bob": "31687654321", "cleo": "31655555555"}
# The first pause of the retries is a minute.
RETRY_SECONDS = 100


def node_smpp():
    if not (MODULES / "smpp").exists():
        raise Skip("smpp is not installed (npm)")
    return ["node", HERE / "clients/smsc.cjs"]


def smpp_twisted():
    python = CACHE / "venv-smpp/bin/python"
    if not (CACHE / "venv-smpp/installed").exists():
        raise Skip("smpp.twisted3 is not installed (PyPI)")
    return [python, HERE / "clients/smsc_twisted.py"]


class Carrier:
    """A carrier's process: what it took, and what it tells."""

    def __init__(self, program):
        folder = temporary_folder("carrier")
        self.port = free_port()
        self.taken_path, self.said_path = folder / "taken.jsonl", folder / "said.jsonl"
        self.taken_path.touch()
        with open(self.said_path, "w") as said, open(folder / "carrier.log", "w") as log:
            self.process = start_process(
                [*program, self.port, self.taken_path], env={**os.environ, "NODE_PATH": str(MODULES)},
                stdin=subprocess.PIPE, stdout=said, stderr=log, text=True,
            )
        until("the carrier listens", lambda: self.said("listens"))

    def taken(self, to=None):
        found = [json.loads(it) for it in self.taken_path.read_text().splitlines()]
        return [it for it in found if to in (None, it["to"])]

    def said(self, what):
        lines = [json.loads(it) for it in self.said_path.read_text().splitlines()]
        return [it[what] for it in lines if what in it]

    def tell(self, name, text, **fields):
        """Tells it over the line on which messages come, until it is answered."""
        before = len(self.said("answered"))
        number = {"source_addr": PHONES[name], "source_addr_ton": 1, "source_addr_npi": 1}
        told = {**number, "destination_addr": "VELO", "short_message": text, **fields}
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answers = until("what was told is answered", lambda: self.said("answered")[before:])
        expect_equal(answers, [0], "the answers")

    def receipt(self, name, id, state, error="000"):
        text = (
            f"id:{id} sub:001 dlvrd:001 submit date:2611230900 done date:2611230901 stat:{state} err:{error} text:Hello"
        )
        self.tell(name, text, esm_class=4)


class World:
    """The carrier, a Fulcrum that sends by it, and three people, two of whom want to hear of news."""

    def __init__(self, program):
        self.carrier = Carrier(program)
        self.server = Server("smpp", {"policy.yaml": "caps: []\nwindow: 0s\nconsent: [sms]\n"})
        (self.server.folder / "fulcrum.toml").write_text(
            f'[smpp]\nhost = "127.0.0.1"\nport = {self.carrier.port}\nsystem_id = "shop"\n'
            'password = "env:SMPP_PASSWORD"\nfrom = "VELO"\n'
        )
        self.key = self.server.source("shop")
        self.start(1)
        for name, phone in PHONES.items():
            self.server.send(self.key, identify(name, phone=f"+{phone}"))
        for name in ("ann", "cleo"):
            self.server.send(self.key, track(name, "Consent Given", {"channel": "sms", "topic": "news"}))
            until("the yes is stored", lambda: (self.server.person(name) or {}).get("consents"))

    def start(self, lines):
        """Starts the server and waits until the carrier has let in so many lines, since it began."""
        self.server.start(SECRET)
        self.until_signed_in(lines)

    def until_signed_in(self, lines):
        until("the server signs in", lambda: self.carrier.said("signed_in") == [True] * lines)

    def order(self, name, text):
        """What marketing wants said; people have to have agreed to it."""
        content = {"purpose": "marketing", "topic": "news", "forms": {"sms": {"text": text}}}
        order = {"to": {"user_id": name}, "channels": ["sms"], "content": content}
        return self.server.api("/messages", "POST", order)["id"]

    def ended(self, message, seconds=20):
        def done():
            found = self.server.api(f"/messages/{message}")
            return found if found["state"] != "pending" else None

        return until(f"{message} has ended", done, seconds)

    def sent(self, name, text):
        """Orders it; returns the message and the texts that it was made of."""
        before = len(self.carrier.taken())
        message = self.ended(self.order(name, text))
        expect_equal(message["state"], "sent", f"the message {message['trail']}")
        return message["id"], self.carrier.taken()[before:]

    def stopped(self, message, reason):
        """It ends without having been sent, and `fulcrum why` says the reason."""
        found = self.ended(message)
        expect_equal((found["state"], found["reason"]["code"]), ("suppressed", reason), "the message")
        said = self.server.command("why", found["person"], message)
        expect(found["reason"]["text"] in said, f"`fulcrum why` hides it: {said}")

    def uncertain(self, message, reason):
        found = self.ended(message)
        expect_equal((found["state"], found["reason"]["code"]), ("unknown", reason), "the message")

    def waits(self, message):
        """The carrier has sent it back for later."""
        trail = lambda: str(self.server.api(f"/messages/{message}")["trail"])
        until("the trail has the carrier's word", lambda: "SMPP status 0x58" in trail())

    def events(self, name, title):
        person = self.server.person(name)
        return [it for it in self.server.timeline(person["id"], "event") if it["title"] == title]

    def told_of(self, message, title):
        found = [it["properties"] for it in self.events("ann", title) if it.get("message") == message]
        expect_equal(len(found), 1, f"{title} of {message}")
        return found[0]


def one_text(world, plain):
    for text, coding in ((plain, 0), ("Поездка \U0001f6b2", 8)):
        _, texts = world.sent("ann", text)
        expect_equal(len(texts), 1, "texts")
        found = {it: texts[0][it] for it in ("text", "from", "to", "coding", "receipt")}
        wanted = {"text": text, "from": "VELO", "to": PHONES["ann"], "coding": coding, "receipt": 1}
        expect_equal(found, wanted, "what arrived")


def long_text(world):
    for text in (" ".join(f"{n:03}" for n in range(100)), " ".join(f"№{n:02}" for n in range(45))):
        _, texts = world.sent("ann", text)
        expect_equal("".join(it["text"] for it in texts), text, "the parts together")
        expect_equal([it["header"][-4:] for it in texts], ["0301", "0302", "0303"], "the headers")
        expect_equal(len({it["header"][:-4] for it in texts}), 1, "references")
        expect_equal([it["receipt"] for it in texts], [0, 0, 1], "which parts ask for a receipt")


def no_yes(world):
    before = len(world.carrier.taken())
    world.stopped(world.order("bob", "Hello Bob"), "no_consent")
    expect_equal(len(world.carrier.taken()), before, "texts that the carrier has")


def receipts(world):
    """One is told twice, and one names the id as the decimal number of what was given in hexadecimal."""
    good, [text] = world.sent("ann", "This one arrives")
    for _ in range(2):
        world.carrier.receipt("ann", text["id"], "DELIVRD")
    until("it was delivered", lambda: world.told_of(good, "SMS Delivered"))
    bad, [text] = world.sent("ann", "This one does not")
    world.carrier.receipt("ann", int(text["id"], 16), "UNDELIV", "011")
    until("it was not", lambda: world.told_of(bad, "SMS Bounced"))
    said = world.told_of(bad, "SMS Bounced")
    expect_equal((said["kind"], said["reason"]), ("soft", "UNDELIV: 011"), "what the receipt says")
    expect_equal(world.server.person("ann")["suppressed"], [], "closed addresses")
    expect_equal(world.ended(bad)["state"], "sent", "the carrier took it, and that stands")
    world.told_of(good, "SMS Delivered")


def quick_receipts(world):
    """They come right behind the answer to their message, or before it."""
    for text in ("quick", "early"):
        before = len(world.carrier.said("answered"))
        message, _ = world.sent("ann", text)
        until("the receipt found its message", lambda: world.told_of(message, "SMS Delivered"))
        answers = until("it is answered", lambda: world.carrier.said("answered")[before:])
        expect_equal(answers, [0], "the answers")


def answers(world):
    world.carrier.tell("ann", "Does it come in blue?")
    world.carrier.tell("ann", "Где мой велосипед?", data_coding=8)
    said = lambda: [it["properties"]["text"] for it in world.events("ann", "SMS Replied")]
    until("both stand on the timeline", lambda: len(said()) == 2)
    expect_equal(sorted(said()), ["Does it come in blue?", "Где мой велосипед?"], "their words")


def withdrawn(world, name):
    consents = world.server.person(name)["consents"]
    found = [it["state"] for it in consents if it["channel"] == "sms" and it["topic"] is None]
    expect_equal(found, ["withdrawn"], f"the word about text messages in {consents}")


def stop(world):
    """It holds by the time that the carrier has its answer. START takes it back."""
    before = len(world.carrier.taken())
    world.carrier.tell("ann", "Stop.")
    withdrawn(world, "ann")
    world.stopped(world.order("ann", "Are you there?"), "withdrawn")
    expect_equal(len(world.carrier.taken()), before, "texts that the carrier has")
    world.carrier.tell("ann", "START")
    world.sent("ann", "There you are")


def stop_while_waiting(world):
    """What the carrier sent back for later is not tried again; `nothing_after_stop` looks at the end."""
    world.unwanted = world.order("cleo", "busy")
    world.waits(world.unwanted)
    world.carrier.tell("cleo", "STOP")
    withdrawn(world, "cleo")


def cut(world):
    """The carrier takes it and closes the line; the next one goes over a new line."""
    lines = len(world.carrier.said("signed_in"))
    world.uncertain(world.order("ann", "close"), "answer_lost")
    world.until_signed_in(lines + 1)
    world.sent("ann", "Here again")


def killed(world):
    """With one on the wire, one that waits, and one whose receipt comes later."""
    earlier, [text] = world.sent("ann", "Before the kill")
    world.waiting = world.order("ann", "busy")
    world.waits(world.waiting)
    flying = world.order("ann", "mute")
    until("it is on the wire", lambda: [it for it in world.carrier.taken() if it["text"] == "mute"])
    world.server.kill()
    world.start(len(world.carrier.said("signed_in")) + 1)
    world.uncertain(flying, "found_in_flight")
    world.carrier.receipt("ann", text["id"], "DELIVRD")
    until("the receipt found its message", lambda: world.told_of(earlier, "SMS Delivered"))


def throttled(world):
    message = world.ended(world.waiting, RETRY_SECONDS)
    expect_equal(message["state"], "sent", f"the message {message['trail']}")
    expect_equal(len([it for it in world.carrier.taken(PHONES["ann"]) if it["text"] == "busy"]), 1, "copies")


def nothing_after_stop(world):
    world.stopped(world.unwanted, "withdrawn")
    expect_equal(world.carrier.taken(PHONES["cleo"]), [], "texts to whoever said STOP")


def once(world):
    """Every text came once, and they are as many messages as the ledger counts."""
    texts = [(it["to"], it["text"], it["header"]) for it in world.carrier.taken()]
    expect_equal(sorted(set(texts)), sorted(texts), "texts at the carrier")
    ledger = world.server.check_ledger()
    messages = [it for it in world.carrier.taken() if it["receipt"] == 1]
    expect_equal(ledger["sent"] + ledger["unknown"], len(messages), "messages sent or unknown")
    expect_equal((ledger["unknown"], ledger["suppressed"], ledger["pending"]), (2, 3, 0), "the others")
    log = world.server.log_path.read_text(errors="replace")
    expect(SECRET["SMPP_PASSWORD"] not in log, "the password is in the log")


def whole(report, world):
    report.check("smpp-one-text", one_text, world, "Grüße für 5 € [neu] @ shop")
    report.check("smpp-long-text", long_text, world)
    report.check("smpp-needs-a-yes", no_yes, world)
    report.check("smpp-receipts", receipts, world)
    report.check("smpp-quick-receipts", quick_receipts, world)
    report.check("smpp-answers", answers, world)
    report.check("smpp-stop", stop, world)
    report.check("smpp-stop-while-waiting", stop_while_waiting, world)
    report.check("smpp-cut-line-is-unknown", cut, world)
    report.check("smpp-killed-in-flight", killed, world)
    report.check("smpp-throttled-then-sent", throttled, world)
    report.check("smpp-nothing-after-stop", nothing_after_stop, world)
    report.check("smpp-nothing-twice", once, world)


def other(report, world):
    report.check("smpp-twisted-one-text", one_text, world, "Your bike is ready")
    report.check("smpp-twisted-long-text", long_text, world)
    report.check("smpp-twisted-receipts", receipts, world)
    report.check("smpp-twisted-answers", answers, world)
    report.check("smpp-twisted-stop", stop, world)


def main():
    report = Report()
    for program, checks in ((node_smpp, whole), (smpp_twisted, other)):
        try:
            world = World(program())
        except Skip as why:
            report.skipped += 1
            print(f"skip {program.__name__}: {why}", flush=True)
            continue
        checks(report, world)
        world.server.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
