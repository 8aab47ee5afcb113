"""A real Dovecot on loopback, over the mailboxes of Postfix."""

import os
import shutil
import signal
import subprocess
import time

from slow import Failure, Skip, free_port, until

CONF = """\
protocols = imap
listen = 127.0.0.1
base_dir = {dir}/dovecot/run
state_dir = {dir}/dovecot/run
log_path = {dir}/dovecot/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:{dir}/mail/%n
mail_uid = {uid}
mail_gid = {gid}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


class Dovecot:
    """Users are the parts before the @ of Postfix's mailboxes; the password of all is `secret`."""

    def __init__(self, postfix):
        if not shutil.which("dovecot"):
            raise Skip("Dovecot is needed (Debian: apt-get install dovecot-imapd)")
        self.mail = postfix.folder / "mail"
        self.folder = postfix.folder / "dovecot"
        self.folder.mkdir()
        self.port = free_port()
        owner = postfix._ids("postfix")
        conf = self.folder / "dovecot.conf"
        conf.write_text(CONF.format(dir=postfix.folder, uid=owner[0], gid=owner[1], port=self.port))
        out = self.folder / "out"
        with open(out, "ab") as log:
            done = subprocess.run(
                ["dovecot", "-c", str(conf)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=60
            )
        if done.returncode != 0:
            raise Failure(f"dovecot does not start: {out.read_text()[-500:]}")

    def mails(self, user, folder=None):
        """What stands in the inbox or a folder, seen or not."""
        where = self.mail / user / (f".{folder}" if folder else "")
        found = []
        for part in ("new", "cur"):
            if (where / part).is_dir():
                found += [it.read_bytes() for it in sorted((where / part).iterdir())]
        return found

    def stop(self):
        pid_file = self.folder / "run/master.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text()), signal.SIGTERM)
            until("dovecot has ended", lambda: not pid_file.exists(), 10)
            time.sleep(0.2)
