"""Fulcrum reads mailboxes of a real Dovecot, into which a real Postfix delivers what comes back."""

import email
import email.message
import email.policy
import os
import smtplib
import sys
import time

from dovecot import Dovecot
from postfix import Postfix
from slow import Report, Server, Skip, expect, expect_equal, identify, mail_journey, track, until

SECRET = {"MAILBOX_PASSWORD": "secret"}
TABLE = """\
[mailbox.{name}]
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
password = "env:MAILBOX_PASSWORD"
interval = "10s"
{more}
"""


class World:
    def __init__(self):
        self.postfix = Postfix()
        self.dovecot = Dovecot(self.postfix)
        smtp = {
            "host": "127.0.0.1", "port": self.postfix.port, "tls": "none",
            "helo": "engine.sender.test", "bounce_address": "bounces@sender.test",
        }
        self.server = Server("mailbox", mail_journey(), smtp)
        table = lambda name, user, more="": TABLE.format(
            name=name, port=self.dovecot.port, user=user, more=more
        )
        settings = table("bounces", "bounces") + table("answers", "hello", 'after = "keep"')
        (self.server.folder / "fulcrum.toml").write_text(settings)
        self.key = self.server.source("shop")
        self.start()

    def start(self):
        self.server.start(SECRET)

    def greet(self, name, address):
        self.server.send(self.key, identify(name, email=address, name="Bob"), track(name, "Greet"))

    def events(self, address, title):
        person = self.server.person(address)
        found = self.server.timeline(person["id"], "event") if person else []
        return [it for it in found if it["title"] == title]

    def answer(self, mail, text, **more):
        """Somebody answers from their mail program."""
        answer = email.message.EmailMessage()
        answer["From"] = "Bob <bob@recipient.test>"
        answer["To"] = mail["from"]
        answer["Subject"] = "Re: " + mail["subject"]
        answer["In-Reply-To"] = mail["message-id"]
        answer["Message-ID"] = f"<{time.time_ns()}@recipient.test>"
        for name, value in more.items():
            answer[name.replace("_", "-")] = value
        answer.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.postfix.port) as smtp:
            smtp.send_message(answer, "bob@recipient.test", ["hello@sender.test"])


def settings_are_tried(world):
    said = world.server.command("channels", "mailboxes", environment=SECRET)
    expect("bounces   can be read, 0 mails wait" in said, said)


def late_bounce(world):
    """The report comes by mail; nobody hands it over."""
    world.greet("zed", "zed@bounce.test")
    until("the address is suppressed", lambda: [
        it for it in (world.server.person("zed@bounce.test") or {"suppressed": []})["suppressed"]
        if it["reason"]["code"] == "bounced"
    ], 90)
    until("the report is put away", lambda: not world.dovecot.mails("bounces"), 20)
    expect_equal(len(world.dovecot.mails("bounces", "Fulcrum")), 1, "mails in the folder for what was read")


def read_again(world):
    """As if the process had been stopped between the commit and the putting away."""
    report = world.dovecot.mails("bounces", "Fulcrum")[0]
    world.server.kill()
    again = world.dovecot.mail / "bounces/new" / "1.again.host"
    again.write_bytes(report)
    owner = world.postfix._ids("postfix")
    os.chown(again, *owner)
    world.start()
    until("it is put away once more", lambda: not world.dovecot.mails("bounces"), 60)
    expect_equal(len(world.dovecot.mails("bounces", "Fulcrum")), 2, "mails in the folder for what was read")
    reasons = [it["reason"]["code"] for it in world.server.person("zed@bounce.test")["suppressed"]]
    expect_equal(reasons, ["bounced"], "why the address is closed")


def answered(world):
    world.greet("bob", "bob@recipient.test")
    raw = until("the mail is in the mailbox", lambda: world.postfix.mails("bob"), 30)[0]
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    quoted = "On Mon, Nov 23, 2026 Slow Shop <hello@sender.test> wrote:\n> Hello Bob\n"
    world.answer(mail, f"Does it come in blue?\n\n{quoted}")
    world.answer(mail, "I am away.\n", Auto_Submitted="auto-replied")
    replies = until("the answer is on the timeline", lambda: world.events("bob@recipient.test", "Email Replied"), 60)
    until("the program's too", lambda: world.events("bob@recipient.test", "Email Auto-Replied"), 30)
    expect_equal(len(replies), 1, "answers")
    expect_equal(replies[0]["properties"]["text"], "Does it come in blue?", "their own words")
    expect_equal(replies[0]["properties"]["subject"], "Re: Welcome, Bob", "the subject")
    expect(mail["message-id"].startswith(f"<{replies[0]['message']}."), f"which message: {replies[0]}")
    expect_equal(len(world.dovecot.mails("hello")), 2, "mails that stay where people read them")


def strangers(world):
    """What is about no message of ours stays, and is looked at once."""
    with smtplib.SMTP("127.0.0.1", world.postfix.port) as smtp:
        smtp.sendmail("eve@other.test", ["bounces@sender.test"], "Subject: hello\r\n\r\nHow are you?\r\n")
    def left():
        found = world.server.api("/mailboxes")["items"]
        return [it for it in found if it["name"] == "bounces" and it["left"] == 1]
    until("it was looked at", left, 60)
    expect_equal(len(world.dovecot.mails("bounces")), 1, "mails in the inbox")


def lost(world):
    """The mail server goes away: that is shown."""
    state = lambda: {it["name"]: it for it in world.server.api("/mailboxes")["items"]}["bounces"]
    expect(state()["trouble"] is None, f"there is trouble already: {state()}")
    world.dovecot.stop()
    until("trouble is shown", lambda: state()["trouble"], 60)
    world.dovecot = None


def main():
    report = Report()
    try:
        world = World()
    except Skip as why:
        report.skipped += 1
        print(f"skip mailbox: {why}")
        report.end()
    report.check("mailbox-settings-are-tried", settings_are_tried, world)
    report.check("mailbox-late-bounce", late_bounce, world)
    report.check("mailbox-read-again-after-a-kill", read_again, world)
    report.check("mailbox-answers", answered, world)
    report.check("mailbox-strangers", strangers, world)
    report.check("mailbox-lost", lost, world)
    report.check("mailbox-ledger-adds-up", world.server.check_ledger)
    world.server.stop()
    if world.dovecot:
        world.dovecot.stop()
    world.postfix.stop()
    report.end()


if __name__ == "__main__":
    sys.exit(main())
