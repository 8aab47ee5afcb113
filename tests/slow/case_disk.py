"""A full disk and a jumping clock: nothing acknowledged is lost, nothing goes out unasked."""

import glob
import os
import subprocess
import sys
import threading
import time

from slow import (
    Failure, Report, Server, Skip, expect, expect_equal, free_port, identify, mail_journey, run,
    temporary_folder, track, until,
)

# More than the reserve that the server keeps free; what is not written costs no memory.
DISK_BYTES = 6 << 30
# The wrapper `faketime` stays in between and would take our signals, so its library is loaded
# directly. Only the calendar jumps: timers inside of the process go on as they do on a real machine.
FAKETIME_LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
JUMP = {"FAKETIME": "+2h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class SmallDisk:
    """A tmpfs that can be made full and empty again at once, by changing its size."""

    def __init__(self):
        self.path = temporary_folder("disk")
        if os.geteuid() != 0:
            raise Skip("mounting a small disk needs root")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "fulcrum-slow", str(self.path)],
            capture_output=True, text=True,
        )
        if done.returncode != 0:
            raise Skip(f"this machine lets nobody mount a tmpfs: {done.stderr.strip()}")

    def used(self):
        it = os.statvfs(self.path)
        return (it.f_blocks - it.f_bfree) * it.f_frsize

    def fill(self):
        """Leaves a page or two free: a write fails in the middle, not only at the door. A server that
        writes meanwhile is ahead of the mount, so the margin grows until one catches it."""
        for attempt in range(100):
            size = self.used() + 8192 * (1 + attempt)
            done = subprocess.run(
                ["mount", "-o", f"remount,size={size}", str(self.path)], capture_output=True
            )
            if done.returncode == 0:
                return
        raise Failure("the disk could not be filled")

    def empty(self):
        run(["mount", "-o", f"remount,size={DISK_BYTES}", self.path])

    def remove(self):
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True)


class Senders:
    """Four connections that send one event each, again and again, and note what was answered."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self.answers, self.taken = [], set()
        self.lock, self.stopping, self.number = threading.Lock(), threading.Event(), 0
        self.threads = [threading.Thread(target=self._send, daemon=True) for _ in range(4)]
        for it in self.threads:
            it.start()

    def _send(self):
        while not self.stopping.is_set():
            with self.lock:
                self.number += 1
                user = f"u{self.number}"
            event = {**track(user, "Filled"), "messageId": user, "properties": {"text": "x" * 2_000}}
            try:
                status, headers, _ = self.server.request(
                    "POST", "/v1/batch", {"batch": [event], "writeKey": self.key}
                )
            except OSError as error:
                status, headers = str(error), {}
            with self.lock:
                self.answers.append((time.monotonic(), status, headers.get("retry-after")))
                if status == 200:
                    self.taken.add(user)
            time.sleep(0.005)

    def since(self, moment):
        with self.lock:
            return [it for it in self.answers if moment < it[0]]

    def stop(self):
        self.stopping.set()
        for it in self.threads:
            it.join(30)


def full_disk():
    disk = SmallDisk()
    server = None
    try:
        server = Server("disk", data=disk.path / "data")
        key = server.source("filler")
        server.start()
        senders = Senders(server, key)
        until("events are taken", lambda: 50 <= len(senders.taken))
        disk.fill()
        filled = time.monotonic()

        def refused():
            found = [it for it in senders.since(filled) if it[1] == 503]
            return found if 20 <= len(found) else None

        refusals = until("the full disk is answered with 503", refused)
        expect(all(it[2] for it in refusals), f"a 503 without Retry-After: {refusals[:5]}")
        time.sleep(4)
        statuses = {it[1] for it in senders.since(filled)}
        expect(statuses <= {200, 503}, f"answers on a full disk: {statuses}")
        late = {it[1] for it in senders.since(filled + 4)}
        expect_equal(late, {503}, "answers once the disk has been full for a while")
        expect(server.process.poll() is None, f"the server ended: {server.log_tail()}")
        status, _, _ = server.request(
            "GET", "/api/v1/people?limit=1", headers={"authorization": f"Bearer {server.token}"}
        )
        expect_equal(status, 200, "reading on a full disk")

        disk.empty()
        emptied = time.monotonic()
        until(
            "events are taken again",
            lambda: 20 <= len([it for it in senders.since(emptied) if it[1] == 200]),
            60,
        )
        senders.stop()
        missing_none(server, senders.taken)
        server.kill()
        server.start()
        missing_none(server, senders.taken)
        server.stop()
    finally:
        if server is not None and server.process is not None and server.process.poll() is None:
            server.kill()
        disk.remove()


def missing_none(server, taken):
    """Everybody whose event was acknowledged is there; whoever was refused may be there or not."""
    def people():
        found, cursor = set(), ""
        while True:
            page = server.api(f"/people?limit=200&cursor={cursor}")
            for it in page["people"]:
                found |= {name.removeprefix("user_id:") for name in it["identifiers"]}
            cursor = page["next_cursor"]
            if not cursor:
                return found

    try:
        until("everybody who was acknowledged is there", lambda: taken <= people())
    except Failure:
        lost = taken - people()
        raise Failure(f"of {len(taken)} acknowledged events {len(lost)} are lost: {sorted(lost)[:5]}") from None


def clock_jump():
    """Two hours away with a message due: it waits for a person's word, then goes out once."""
    libraries = glob.glob(FAKETIME_LIBRARIES)
    if not libraries:
        raise Skip("libfaketime is missing (Debian: apt-get install faketime)")
    later = {"LD_PRELOAD": libraries[0], **JUMP}
    try:
        from aiosmtpd.controller import Controller
    except ImportError:
        raise Skip("aiosmtpd is missing (PyPI)") from None

    class Handler:
        copies = []

        async def handle_DATA(self, server, session, envelope):
            self.copies.append(envelope.rcpt_tos[0])
            return "250 taken"

    port = free_port()
    mailbox = Controller(Handler(), hostname="127.0.0.1", port=port)
    mailbox.start()
    programme = mail_journey()
    programme["journeys/greet.yaml"] = programme["journeys/greet.yaml"].replace(
        "steps:\n", "steps:\n  - wait: 20s\n"
    )
    server = Server("clock", programme, {"host": "127.0.0.1", "port": port, "tls": "none"})
    key = server.source("shop")
    server.start()
    server.send(key, identify("ann", email="ann@x.test"), track("ann", "Greet"))
    until("the run waits", lambda: (server.person("ann@x.test") or {}).get("runs"))
    server.kill()
    expect_equal(Handler.copies, [], "mails before the time")

    server.start(environment=later)
    hold = until("there is a hold", lambda: server.api("/today")["engine"]["hold"])
    expect("2h" in hold["reason"] or "1h" in hold["reason"] or "hour" in hold["reason"],
           f"the hold says how long it was: {hold}")
    # Events are taken during a hold, and what they bring about is held back too.
    server.send(key, identify("ben", email="ben@x.test"), track("ben", "Greet"))
    time.sleep(24)
    expect_equal(Handler.copies, [], "mails during the hold")
    expect("nothing goes out" in server.log_tail(), "the server's start said nothing of the hold")

    server.kill()
    server.start(environment=later)
    expect(server.api("/today")["engine"]["hold"], "a restart ended the hold")
    out = server.command(
        "resume", "--yes", "--server", f"127.0.0.1:{server.port}", environment={"FULCRUM_TOKEN": server.token}
    )
    expect("hold has ended" in out, f"`fulcrum resume` said: {out}")
    until("both mails go out", lambda: sorted(Handler.copies) == ["ann@x.test", "ben@x.test"], 60)
    time.sleep(2)
    expect_equal(sorted(Handler.copies), ["ann@x.test", "ben@x.test"], "copies")
    expect_equal(server.api("/today")["engine"]["hold"], None, "the hold")
    server.check_ledger()
    server.stop()
    mailbox.stop()


def main():
    report = Report()
    report.check("full-disk", full_disk)
    report.check("clock-jump-holds", clock_jump)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
