"""A real Postfix on loopback with its own folders: three mailboxes, and a domain that bounces late."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from slow import Failure, Skip, free_port, temporary_folder

MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
maillog_file = {dir}/maillog
maillog_file_prefixes = {dir}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.recipient.test
mydomain = recipient.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
alias_maps =
virtual_mailbox_domains = recipient.test, sender.test
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = texthash:{dir}/etc/vmailbox
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{dir}/etc/transport
relay_domains = bounce.test
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject
smtpd_client_connection_rate_limit = 0
notify_classes =
bounce_queue_lifetime = 1m
queue_run_delay = 10s
"""

# A second server that refuses what the first has already taken: so the bounce comes as a mail.
REFUSING = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o myhostname=mx2.bounce.test
  -o relay_domains=bounce.test
  -o smtpd_recipient_restrictions=check_recipient_access,texthash:{dir}/etc/late_access,reject
"""


class Postfix:
    def __init__(self):
        if os.geteuid() != 0 or not shutil.which("postfix"):
            raise Skip("Postfix and root are needed (Debian: apt-get install postfix)")
        self.folder = temporary_folder("postfix")
        self.port = free_port()
        late = self.port + 1
        owner = self._ids("postfix")
        for name in ("etc", "queue", "data", "mail"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", "postfix", "postfix")
        write = lambda name, text: (self.folder / "etc" / name).write_text(text)
        write("main.cf", MAIN.format(dir=self.folder, uid=owner[0], gid=owner[1]))
        write("vmailbox", "bob@recipient.test bob/\nbounces@sender.test bounces/\nhello@sender.test hello/\n")
        write("transport", f"bounce.test smtp:[127.0.0.1]:{late}\n")
        write("late_access", "bounce.test 550 5.1.1 No such mailbox here\n")
        write("master.cf", self._master(late))
        self.command("start")
        time.sleep(1)

    @staticmethod
    def _ids(user):
        import pwd
        entry = pwd.getpwnam(user)
        return entry.pw_uid, entry.pw_gid

    def _master(self, late):
        """Debian's own list of services, without chroots and on our ports."""
        source = pathlib.Path("/etc/postfix/master.cf")
        if not source.exists():
            source = pathlib.Path("/usr/share/postfix/master.cf.dist")
        lines = []
        for line in source.read_text().splitlines():
            words = line.split()
            is_service = bool(words) and not line[0].isspace() and not line.startswith("#")
            if is_service and 8 <= len(words):
                if words[:2] == ["smtp", "inet"]:
                    words[0] = f"127.0.0.1:{self.port}"
                words[4] = "n"
                line = " ".join(words)
            lines.append(line)
        return "\n".join(lines) + "\n" + REFUSING.format(port=late, dir=self.folder)

    def command(self, name):
        # Its daemons keep what they inherit, so nothing may be a pipe.
        log = self.folder / "postfix.out"
        with open(log, "ab") as out:
            done = subprocess.run(
                ["postfix", "-c", str(self.folder / "etc"), name],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, timeout=60,
            )
        if name == "start" and done.returncode != 0:
            raise Failure(f"postfix does not start: {log.read_text()[-500:]}")

    def mails(self, mailbox):
        folder = self.folder / "mail" / mailbox / "new"
        return [it.read_bytes() for it in sorted(folder.iterdir())] if folder.is_dir() else []

    def stop(self):
        pid_file = self.folder / "queue/pid/master.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text()), signal.SIGTERM)
            time.sleep(0.5)
