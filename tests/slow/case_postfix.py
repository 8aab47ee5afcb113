"""A real Postfix takes the mail: what stands in the mailbox, what its links do, and its bounces."""

import email
import email.policy
import email.utils
import re
import sys
import time
import urllib.parse

from postfix import Postfix
from slow import Report, Server, Skip, expect, expect_equal, identify, mail_journey, track, until

FORM = {"content-type": "application/x-www-form-urlencoded"}


class World:
    def __init__(self):
        self.postfix = Postfix()
        smtp = {
            "host": "127.0.0.1", "port": self.postfix.port, "tls": "none",
            "helo": "engine.sender.test", "bounce_address": "bounces@sender.test",
        }
        self.server = Server("postfix", mail_journey(), smtp)
        self.key = self.server.source("shop")
        self.server.start()
        self.mail = None

    def greet(self, name, address):
        self.server.send(self.key, identify(name, email=address, name="Bob"), track(name, "Greet"))

    def messages(self, address):
        person = self.server.person(address)
        return self.server.timeline(person["id"], "message") if person else []

    def ended(self, address, count):
        def done():
            found = self.messages(address)
            all_ended = len(found) == count and all(it["state"] != "pending" for it in found)
            return found if all_ended else None

        return until(f"{count} messages to {address} have ended", done)

    def state(self, address):
        return self.ended(address, 1)[0]

    def link(self, kind):
        """The first link of a kind in the mail's plain text or headers."""
        text = self.mail.get_body(("plain",)).get_content() + str(self.mail["list-unsubscribe"])
        found = re.search(rf"{re.escape(self.server.url)}/{kind}/[\w.-]+", text)
        expect(found, f"there is no /{kind}/ link in the mail")
        return found.group(0)


def arrives(world):
    world.greet("bob", "bob@recipient.test")
    raw = until("the mail is in the mailbox", lambda: world.postfix.mails("bob"))[0]
    world.mail = email.message_from_bytes(raw, policy=email.policy.default)
    message = world.state("bob@recipient.test")
    expect_equal(message["state"], "sent", "the ledger's state")
    expect_equal(len(world.postfix.mails("bob")), 1, "copies in the mailbox")


def headers(world):
    mail = world.mail
    expect_equal(mail["to"], "bob@recipient.test", "To")
    expect_equal(mail["from"], "Slow Shop <hello@sender.test>", "From")
    expect_equal(mail["subject"], "Welcome, Bob", "Subject")
    expect(re.fullmatch(r"<m\d+\.[0-9a-f]{16}@sender\.test>", mail["message-id"]), mail["message-id"])
    age = time.time() - email.utils.parsedate_to_datetime(mail["date"]).timestamp()
    expect(-5 < age < 120, f"Date is {age:.0f} s old: {mail['date']}")
    expect_equal(mail["list-unsubscribe-post"], "List-Unsubscribe=One-Click", "List-Unsubscribe-Post")
    listed = re.findall(r"<([^>]+)>", mail["list-unsubscribe"] or "")
    expect(any(it.startswith(world.server.url + "/u/") for it in listed), f"List-Unsubscribe: {listed}")
    # Postfix writes down the envelope's sender: it names the message.
    number = world.mail["message-id"].split(".")[0][1:]
    expect_equal(mail["return-path"], f"<bounces+{number}@sender.test>", "the envelope's sender")
    for name in ("message-id", "date", "from", "to", "subject", "mime-version"):
        expect_equal(len(mail.get_all(name)), 1, f"times that {name} stands there")


def parts(world):
    expect_equal(world.mail.get_content_type(), "multipart/alternative", "the whole")
    kinds = [it.get_content_type() for it in world.mail.iter_parts()]
    expect_equal(kinds, ["text/plain", "text/html"], "the parts, the richest last")
    text = world.mail.get_body(("plain",)).get_content()
    html = world.mail.get_body(("html",)).get_content()
    for wanted in ("Hello Bob", "Canal Street 12"):
        expect(wanted in text, f"`{wanted}` is not in the text part: {text[:600]}")
        expect(wanted in html, f"`{wanted}` is not in the HTML part")
    expect("{{" not in text + html, "a variable was not filled in")
    expect("<script" not in html.lower(), "there is a script in the mail")


def clicks(world):
    html = world.mail.get_body(("html",)).get_content()
    outside = [it for it in re.findall(r'href="([^"]+)"', html) if not it.startswith((world.server.url, "mailto:"))]
    expect_equal(outside, [], "links that go past the signed redirect")
    links = re.findall(rf"{re.escape(world.server.url)}/c/[\w-]+", html)
    status, answer, _ = world.server.request("GET", links[0])
    expect(status in (302, 303, 307), f"a click answered {status}")
    target = urllib.parse.urlsplit(answer["location"])
    expect_equal(target.netloc, "shop.test", "where a click leads")
    expect("utm_source" in target.query or "utm_campaign" in target.query, f"UTM is missing: {target.query}")
    broken = links[0][:-3] + ("AAA" if not links[0].endswith("AAA") else "BBB")
    status, answer, _ = world.server.request("GET", broken)
    expect(answer["location"] is None and 400 <= status < 500, f"an altered token answered {status}")
    person = world.server.person("bob@recipient.test")
    until("the click is on the timeline", lambda: [
        it for it in world.server.timeline(person["id"], "event") if "click" in it["title"].lower()
    ])


def consents(world):
    person = world.server.person("bob@recipient.test")
    return [it["state"] for it in person["consents"]]


def looking_changes_nothing(world):
    """Mail scanners open every link: GET shows a page, and only that."""
    for kind in ("u", "p", "w"):
        status, answer, body = world.server.request("GET", world.link(kind))
        expect_equal(status, 200, f"/{kind}/ by GET")
        expect(b"<script" not in body.lower(), f"/{kind}/ has a script")
        expect("text/html" in answer["content-type"], f"/{kind}/ is {answer['content-type']}")
    time.sleep(1)
    expect("withdrawn" not in consents(world), "a GET withdrew consent")
    world.greet("bob", "bob@recipient.test")
    found = world.ended("bob@recipient.test", 2)
    expect_equal([it["state"] for it in found], ["sent", "sent"], "after a GET mail still comes")


def one_click(world):
    """RFC 8058: the mail program posts one field; no cookie, no page."""
    status, _, body = world.server.request(
        "POST", world.link("u"), b"List-Unsubscribe=One-Click", FORM
    )
    expect(200 <= status < 300, f"the one-click POST answered {status}: {body[:200]!r}")
    # It answers only after the commit: no waiting here.
    expect("withdrawn" in consents(world), f"no withdrawal is on the person: {consents(world)}")
    world.greet("bob", "bob@recipient.test")
    newest = world.ended("bob@recipient.test", 3)[0]
    expect_equal((newest["state"], newest["reason"]["code"]), ("suppressed", "withdrawn"), "the next message")
    time.sleep(2)
    expect_equal(len(world.postfix.mails("bob")), 2, "copies in the mailbox after withdrawing")
    status, _, _ = world.server.request("POST", world.link("u"), b"List-Unsubscribe=One-Click", FORM)
    expect(200 <= status < 300, f"the same wish once more answered {status}")


def refused_at_once(world):
    world.greet("nobody", "nobody@recipient.test")
    message = world.state("nobody@recipient.test")
    expect_equal((message["state"], message["reason"]["code"]), ("failed", "refused"), "the message")
    reasons = [it["reason"]["code"] for it in world.server.person("nobody@recipient.test")["suppressed"]]
    expect_equal(reasons, ["bounced"], "the address is suppressed")


def late_bounce(world):
    """Postfix takes it and cannot deliver: its report comes back to the envelope's sender."""
    world.greet("zed", "zed@bounce.test")
    expect_equal(world.state("zed@bounce.test")["state"], "sent", "at first")
    bounce = until("the bounce is in its mailbox", lambda: world.postfix.mails("bounces"), 60)[0]
    expect(b"report-type=delivery-status" in bounce, "it is no report")
    status, _, body = world.server.request(
        "POST", "/hooks/mail", bounce,
        {"content-type": "message/rfc822", "authorization": f"Bearer {world.server.token}"},
    )
    if status in (404, 405):
        raise Skip("this server takes no bounces (POST /hooks/mail)")
    expect(200 <= status < 300, f"the hook answered {status}: {body[:300]!r}")
    until("the address is suppressed", lambda: [
        it for it in world.server.person("zed@bounce.test")["suppressed"] if it["reason"]["code"] == "bounced"
    ], 10)
    world.greet("zed", "zed@bounce.test")
    newest = world.ended("zed@bounce.test", 2)[0]
    expect_equal((newest["state"], newest["reason"]["code"]), ("suppressed", "bounced"), "the next message")
    status, _, _ = world.server.request("POST", "/hooks/mail", bounce, {"content-type": "message/rfc822"})
    expect(status in (401, 403), f"without a token the hook answered {status}")


def main():
    report = Report()
    try:
        world = World()
    except Skip as why:
        report.skipped += 1
        print(f"skip postfix: {why}")
        report.end()
    report.check("postfix-delivers", arrives, world)
    if world.mail is not None:
        report.check("postfix-headers", headers, world)
        report.check("postfix-parts", parts, world)
        report.check("postfix-clicks", clicks, world)
        report.check("postfix-looking-changes-nothing", looking_changes_nothing, world)
        report.check("postfix-one-click-unsubscribe", one_click, world)
    report.check("postfix-550-at-once", refused_at_once, world)
    report.check("postfix-late-bounce", late_bounce, world)
    report.check("postfix-ledger-adds-up", world.server.check_ledger)
    world.server.stop()
    world.postfix.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
