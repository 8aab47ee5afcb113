"""Personal channels against judges and peers of others: signatures, web push, text messages, SMPP, SES.

One message at a time goes through `crates/channels/examples/hand_over.rs`; no server takes part.
"""

import json
import os
import subprocess
import sys
import urllib.request

try:
    import dkim
    from aiosmtpd.controller import Controller
except ImportError:
    print("skip personal: aiosmtpd or dkimpy is missing (PyPI)\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

from slow import CACHE, HERE, ROOT, Failure, Report, Skip, expect, expect_equal, free_port, run, start_process
from slow import temporary_folder, until

MODULES = CACHE / "personal/node_modules"


class Mailbox:
    """Keeps what comes, to the byte."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.content)
        return "250 2.0.0 taken"


class World:
    def __init__(self):
        target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
        run(["cargo", "build", "--quiet", "--offline", "-p", "channels", "--example", "hand_over"], 900, cwd=ROOT)
        self.program = f"{target}/debug/examples/hand_over"
        self.folder = temporary_folder("personal")

    def hand_over(self, settings, *arguments, **secrets):
        path = self.folder / "settings.toml"
        path.write_text(settings)
        return run([self.program, path, *arguments], env={**os.environ, **secrets}).strip()

    def key(self, name, *arguments):
        path = self.folder / name
        run(["openssl", "genpkey", "-out", path, *arguments])
        return path


def call(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def signatures(world):
    rsa = world.key("rsa.pem", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    ed25519 = world.key("ed25519.pem", "-algorithm", "ed25519")
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = (
        f'[smtp]\nhost = "127.0.0.1"\nport = {controller.port}\ntls = "none"\n[smtp.dkim]\ndomain = "sender.test"\n'
        f'rsa = {{selector = "r1", key = "file:{rsa}"}}\ned25519 = {{selector = "e1", key = "file:{ed25519}"}}\n'
    )
    text = "Hello,\n\n  a line with blanks  \t and a .\n.\nbye\n\n\n"
    expect(world.hand_over(settings, "smtp", "anna@example.org", text).startswith("accepted"), "the mail was not taken")
    controller.stop()
    mail = mailbox.mails[0]
    zone = {}
    for line in world.hand_over(settings, "records").splitlines():
        name, value = line.split(". IN TXT ")
        zone[name] = value.replace('" "', "").strip('"')

    def dkimpy(mail):
        look_up = lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode()

        def verify(n):
            try:
                return dkim.DKIM(mail).verify(idx=n, dnsfunc=look_up)
            except dkim.ValidationError:
                return False

        return [verify(n) for n in (0, 1)]

    def mailauth(mail):
        if not (MODULES / "mailauth").exists():
            raise Skip("mailauth is not installed (npm)")
        (world.folder / "mail.eml").write_bytes(mail)
        (world.folder / "zone.json").write_text(json.dumps(zone))
        script = [HERE / "clients/dkim_mailauth.cjs", world.folder / "mail.eml", world.folder / "zone.json"]
        return run(["node", *script], env={**os.environ, "NODE_MODULES": str(MODULES)}).split()

    expect_equal(len(zone), 2, "records")
    expect_equal(dkimpy(mail), [True, True], "what dkimpy says")
    expect_equal(mailauth(mail), ["pass", "pass"], "what mailauth says")
    for changed in (
        mail.replace(b"Hello", b"Hallo"),
        b"Subject: You have won\r\n" + mail,
        mail.replace(b"hello:api", b"other:api"),
    ):
        expect(changed != mail, "nothing was changed")
        expect_equal([it for it in dkimpy(changed) if it], [], "what dkimpy says of a changed mail")
        expect("pass" not in mailauth(changed), "mailauth takes a changed mail")
    forwarded = b"Received: by mx.example\r\n" + mail.replace(b"\r\nTo: ", b"\r\nTo:\t ") + b"\r\n\r\n"
    expect_equal((dkimpy(forwarded), mailauth(forwarded)), ([True, True], ["pass", "pass"]), "a forwarded mail")


def web_push(world):
    program = MODULES / ".bin/web-push-testing"
    if not program.exists():
        raise Skip("web-push-testing is not installed (npm)")
    key = world.key("vapid.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    other = world.key("other.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    settings = lambda key: (
        f'[web_push]\nkey = "file:{key}"\ncontact = "mailto:web@sender.test"\nallow = ["localhost"]\n'
    )
    port = free_port()
    server = MODULES / "web-push-testing/src/bin/server.js"
    arguments = ["node", server, port] if server.exists() else [program, "--port", port, "start"]
    start_process(arguments, cwd=world.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://localhost:{port}"
    options = {"userVisibleOnly": "true", "applicationServerKey": world.hand_over(settings(key), "key")}
    browser = until("a subscription", lambda: call(f"{base}/subscribe", options))["data"]
    client = {"clientHash": browser.pop("clientHash")}
    to = json.dumps(browser)
    text = "Grüße: deine Fahrt ist frei \U0001f6b2"
    expect_equal(world.hand_over(settings(key), "web_push", to, text), "accepted", "the reply")
    got = call(f"{base}/get-notifications", client)["data"]["messages"]
    expect_equal(len(got), 1, "notifications")
    said = json.loads(got[0])
    expect_equal((said["title"], said["body"]), ("Velo", text), "what the browser reads")
    reply = world.hand_over(settings(other), "web_push", to, text)
    expect(reply.startswith(("refused", "deferred")), f"with another key: {reply}")
    call_expire = urllib.request.Request(f"{base}/expire-subscription/{client['clientHash']}", b"", method="POST")
    urllib.request.urlopen(call_expire, timeout=20).read()
    reply = world.hand_over(settings(key), "web_push", to, text)
    expect(reply.startswith("dead 410"), f"an expired subscription: {reply}")


def text_messages(world):
    program = MODULES / ".bin/prism"
    api = CACHE / "personal/twilio_api_v2010.json"
    if not program.exists() or not api.exists():
        raise Skip("Prism or Twilio's OpenAPI is not installed (npm)")
    port = free_port()
    log = open(world.folder / "prism.log", "w")
    start_process([program, "mock", "-h", "127.0.0.1", "-p", port, "--errors", api], stdout=log, stderr=log)
    account = "AC" + "0" * 31 + "1"
    sms = (
        f'[sms]\nbase = "http://127.0.0.1:{port}"\naccount = "{account}"\ntoken = "env:SMS_TOKEN"\nfrom = "+3197010"\n'
        'status_callback = "https://go.sender.test/callbacks/sms"\nallow = ["127.0.0.1"]\n'
    )
    generic = (
        f'[http.sms]\nchannel = "sms"\nurl = "http://127.0.0.1:{port}/2010-04-01/Accounts/{account}/Messages.json"\n'
        'headers = {authorization = "Basic {{env:SMS_BASIC}}", "content-type" = "application/x-www-form-urlencoded"}\n'
        'body = "From=%2B3197010&To={{to}}&Body={{text}}"\naccepted = [201]\nid = "sid"\nallow = ["127.0.0.1"]\n'
    )
    text = "Grüße & mehr: 100% frei + Eis"

    def sent():
        reply = world.hand_over(sms, "sms", "+31612345678", text, SMS_TOKEN="secret")
        return reply if not reply.startswith("deferred connecting") else None

    reply = until("Prism answers", sent, 60)
    expect(reply.startswith("accepted"), f"{reply}; {(world.folder / 'prism.log').read_text()[-800:]}")
    reply = world.hand_over(generic, "http.sms", "+31612345678", text, SMS_BASIC="QUM6c2VjcmV0")
    expect(reply.startswith("accepted"), f"without a module: {reply}")
    # A call that lacks what the API demands is refused by the same peer, so that a yes means something.
    lacking = generic.replace("&To={{to}}", "&Nobody={{to}}")
    reply = world.hand_over(lacking, "http.sms", "+31612345678", text, SMS_BASIC="QUM6c2VjcmV0")
    expect(reply.startswith(("refused 4", "lost 5")), f"without To: {reply}")


def smpp(world):
    if not (MODULES / "smpp").exists():
        raise Skip("smpp is not installed (npm)")
    port = free_port()
    taken = world.folder / "taken.jsonl"
    taken.write_text("")
    start_process(
        ["node", HERE / "clients/smsc.cjs", port, taken], env={**os.environ, "NODE_PATH": str(MODULES)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    settings = (
        f'[smpp]\nhost = "127.0.0.1"\nport = {port}\nsystem_id = "shop"\npassword = "env:SMPP_PASSWORD"\n'
        'from = "VELO"\ntimeouts = {answer = "2s"}\n'
    )
    send = lambda text, password="secret08": world.hand_over(
        settings, "smpp", "+31612345678", text, SMPP_PASSWORD=password
    )
    heard = lambda: [json.loads(it) for it in taken.read_text().splitlines()]
    until("the carrier listens", lambda: send("Hello").startswith("accepted"))
    text = "Grüße für 5 € [neu] @ shop"
    for text in (text, "Поездка \U0001f6b2"):
        expect(send(text).startswith("accepted"), "it was not taken")
        found = heard()[-1]
        expect_equal((found["text"], found["from"], found["to"]), (text, "VELO", "31612345678"), "what arrived")
        expect_equal(found["receipt"], 1, "whether a receipt is asked for")
    long = " ".join(f"{n:03}" for n in range(100))
    before = len(heard())
    expect(send(long).startswith("accepted"), "the long one was not taken")
    parts = heard()[before:]
    expect_equal("".join(it["text"] for it in parts), long, "the parts together")
    expect_equal([it["receipt"] for it in parts], [0, 0, 1], "which parts ask for a receipt")
    expect_equal([it["header"][-4:] for it in parts], ["0301", "0302", "0303"], "the headers")
    before = len(heard())
    for text, reply in (
        ("throttle", "deferred SMPP status 0x58"), ("full", "deferred SMPP status 0x14"), ("dead", "dead SMPP status 0x0b"),
        ("mute", "lost no answer in time"), ("close", "lost connection lost"),
    ):
        expect_equal(send(text), reply, f"the reply to {text}")
    expect_equal(len(heard()) - before, 2, "copies: the two of unknown fate")
    expect_equal(send("Hello", "wrong"), "deferred signing in: SMPP status 0x0e", "with a wrong password")


def ses(world):
    program = MODULES / ".bin/aws-ses-v2-local"
    if not program.exists():
        raise Skip("aws-ses-v2-local is not installed (npm)")
    port = free_port()
    start_process([program, "--port", port], cwd=world.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"

    def store():
        try:
            with urllib.request.urlopen(f"{base}/store", timeout=20) as answer:
                return json.load(answer)
        except OSError:
            return None

    until("SES listens", lambda: store() is not None)
    settings = (
        '[mail_api]\nprovider = "ses"\nkey = "env:SES_KEY"\nkey_id = "env:SES_KEY_ID"\nregion = "aws-ses-v2-local"\n'
        f'base = "{base}"\nallow = ["127.0.0.1"]\n'
    )
    text = "Grüße: deine Fahrt ist frei"
    secrets = {"SES_KEY": "secret", "SES_KEY_ID": "AKIAEXAMPLE"}
    reply = world.hand_over(settings, "mail_api", "anna@example.org", text, **secrets)
    expect(reply.startswith("accepted"), f"the reply: {reply}")
    [mail] = store()["emails"]
    expect_equal(mail["subject"], "Grüße", "the subject")
    expect_equal(mail["destination"]["to"], ["anna@example.org"], "the recipient")
    expect_equal(mail["body"].get("text", "").strip(), text, "the text part")
    expect(f"<p>{text}</p>" in mail["body"].get("html", ""), f"the HTML part: {mail['body']}")


def main():
    report = Report()
    try:
        world = World()
    except Failure as why:
        report.fail("personal-build", str(why))
        report.end()
    report.check("personal-dkim", signatures, world)
    report.check("personal-web-push", web_push, world)
    report.check("personal-sms", text_messages, world)
    report.check("personal-smpp", smpp, world)
    report.check("personal-ses", ses, world)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
