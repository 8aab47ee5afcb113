"""Posts to a real server of the AT Protocol and to one that plays Mastodon's API.

The adapters are called through the example `publish` of the crate `channels`.
"""

import http.server
import json
import os
import random
import secrets
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

from slow import CACHE, HERE, ROOT, Failure, Report, Skip, expect, expect_equal, free_port
from slow import start_process, temporary_folder, until

TARGET = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
PUBLISH = f"{TARGET}/debug/examples/publish"
NODE_MODULES = CACHE / "social/node_modules"
MOCK = CACHE / "venv-social/bin/mastodon_mock"
LINK = "https://shop.example/spring?a=b&c=d"


def call(method, url, body=None, token=None, raw=False):
    """Status and what was answered."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
            return answer.status, text if raw else json.loads(text or b"null")
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def good(method, url, body=None, token=None, raw=False):
    status, answer = call(method, url, body, token, raw)
    expect(status == 200, f"{method} {url} answered {status}: {answer!r}")
    return answer


def png(width, height):
    """Noise, which packs badly: a picture that is too large for Bluesky."""
    chance = random.Random(4711)
    rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))
    chunk = lambda kind, data: (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


class Site:
    """Serves pictures, and stands before a server: passes all on, and is silent when told to."""

    def __init__(self, behind):
        self.silent = False
        self.pictures = {"/large.png": png(1500, 1000), "/small.png": png(40, 30)}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                picture = site.pictures.get(self.path)
                if picture is None:
                    return self.pass_on()
                self.answer(200, {"content-type": "image/png"}, picture)

            def do_POST(self):
                self.pass_on()

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                kept = {"authorization", "content-type", "idempotency-key", "accept"}
                headers = {k: v for k, v in self.headers.items() if k.lower() in kept}
                data = body if self.command == "POST" else None
                request = urllib.request.Request(behind + self.path, data, headers, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=20) as answer:
                        status, said = answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    status, said = error.code, error.read()
                if site.silent and self.path.endswith(("putRecord", "/api/v1/statuses")):
                    self.close_connection = True
                    return self.connection.close()
                self.answer(status, {"content-type": "application/json"}, said)

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Account:
    """An account's settings, and what is done with it: each time by a process of its own."""

    def __init__(self, network, settings, secret):
        self.network = network
        self.secret = secret
        self.file = temporary_folder(network) / "fulcrum.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        self.file.write_text(f"[social.{network}]\n" + "\n".join(lines) + "\n")

    def all(self, *orders):
        lines = "".join(json.dumps(it) + "\n" for it in orders)
        environment = {**os.environ, "SOCIAL_SECRET": self.secret}
        done = subprocess.run(
            [PUBLISH, self.network, self.file],
            input=lines, capture_output=True, text=True, timeout=120, env=environment,
        )
        expect(done.returncode == 0, f"publish ended with {done.returncode}: {done.stderr[-500:]}")
        expect(self.secret not in done.stdout + done.stderr, "the secret was said")
        return [json.loads(it) for it in done.stdout.splitlines()]

    def one(self, what, **order):
        return self.all({"do": what, **order})[0]

    def publish(self, post, part=0, before=(), key=None):
        order = {"key": key or f"post/{post['parts'][0]['text']}/{part}", "post": post, "part": part}
        return self.one("publish", at=now(), before=list(before), **order)

    def thread(self, post):
        before = []
        for part in range(len(post["parts"])):
            found = self.publish(post, part, before)
            expect("done" in found, f"part {part}: {found}")
            before.append(found["done"])
        return before


def now():
    return int(time.time() * 1000)


def mark(text, shown, what):
    start = len(text[: text.index(shown)].encode())
    return {"start": start, "end": start + len(shown.encode()), "what": what}


def post(network, site, name):
    """Three parts: words with marks, a picture, a card."""
    first = f"{name}: é 👋 see shop.example/spring… #spring"
    marks = [mark(first, "shop.example/spring…", {"link": LINK}), mark(first, "#spring", {"tag": "spring"})]
    image = {"url": f"{site.url}/large.png", "alt": "Noise, as on an old television"}
    card = {"url": LINK, "title": "Spring", "description": "All of it",
            "image": {"url": f"{site.url}/small.png", "alt": "Some noise"}}
    return {
        "network": network,
        "language": "en",
        "parts": [
            {"text": first, "marks": marks},
            {"text": f"{name}: a picture", "images": [image]},
            {"text": f"{name}: a card", "card": card},
        ],
    }


def plain(network, text):
    return {"network": network, "parts": [{"text": text}]}


class Bluesky:
    """The reference server with its directory, and an account with an app password."""

    network = "bluesky"

    def __init__(self):
        if not (NODE_MODULES / "@atproto/pds/package.json").exists():
            raise Skip("the npm packages of tests/slow/social/package.json are not installed")
        folder = temporary_folder("pds")
        # Others begin to look for a port where this process does.
        plc, pds = free_port() + 100, free_port() + 101
        for it in ("blobs", "temporary"):
            (folder / it).mkdir()
        settings = {
            "PORT": pds, "HOSTNAME": "localhost", "DEV_MODE": "true",
            "DISABLE_SSRF_PROTECTION": "true", "DID_PLC_URL": f"http://localhost:{plc}",
            "DATA_DIRECTORY": folder, "BLOBSTORE_DISK_LOCATION": folder / "blobs",
            "BLOBSTORE_DISK_TMP_LOCATION": folder / "temporary", "SERVICE_HANDLE_DOMAINS": ".test",
            "JWT_SECRET": secrets.token_hex(16), "ADMIN_PASSWORD": secrets.token_hex(16),
            "PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": secrets.token_hex(32),
            "INVITE_REQUIRED": "false", "RATE_LIMITS_ENABLED": "false", "CRAWLERS": "",
            "BSKY_APP_VIEW_URL": "http://localhost:1", "BSKY_APP_VIEW_DID": "did:web:localhost",
        }
        environment = {**os.environ, "NODE_PATH": str(NODE_MODULES), "PLC_PORT": str(plc)}
        environment |= {f"PDS_{name}": str(value) for name, value in settings.items()}
        log = folder / "log"
        with open(log, "wb") as out:
            start_process(["node", HERE / "social/servers.js"], env=environment, stdout=out, stderr=out)
        self.url = f"http://127.0.0.1:{pds}"
        until("the server listens", lambda: b"ready" in log.read_bytes(), 60)
        person = {"email": "boats@boats.test", "handle": "boatshop.test", "password": secrets.token_hex(8)}
        made = good("POST", self.method("server.createAccount"), person)
        self.did, self.token = made["did"], made["accessJwt"]
        named = good("POST", self.method("server.createAppPassword"), {"name": "fulcrum"}, self.token)
        self.site = Site(self.url)
        settings = {"service": self.url, "handle": "boatshop.test", "password": "env:SOCIAL_SECRET",
                    "app_view": "", "allow": ["127.0.0.1"]}
        self.account = Account("bluesky", settings, named["password"])
        behind = {**settings, "service": self.site.url}
        self.behind = Account("bluesky", behind, named["password"])

    def method(self, name):
        return f"{self.url}/xrpc/com.atproto.{name}"

    def standing(self):
        query = f"?repo={self.did}&collection=app.bsky.feed.post&limit=100"
        found = good("GET", self.method("repo.listRecords") + query)["records"]
        return {it["uri"]: it for it in found}

    def text(self, ref):
        return self.standing()[ref["id"]]["value"]["text"]


def bluesky_thread(world):
    wanted = post("bluesky", world.site, "Thread")
    refs = world.account.thread(wanted)
    records = world.standing()
    expect_equal(len(records), 3, "records")
    first, second, third = (records[it["id"]]["value"] for it in refs)
    text = first["text"].encode()
    shown = [text[it["index"]["byteStart"]:it["index"]["byteEnd"]].decode() for it in first["facets"]]
    expect_equal(shown, ["shop.example/spring…", "#spring"], "what the facets are about")
    expect_equal(first["facets"][0]["features"][0]["uri"], LINK, "the link")
    expect_equal(first["langs"], ["en"], "the language")
    strong = lambda n: {"uri": refs[n]["id"], "cid": refs[n]["hash"]}
    expect_equal(third["reply"], {"root": strong(0), "parent": strong(1)}, "what the third answers")
    image = second["embed"]["images"][0]
    expect_equal(image["alt"], "Noise, as on an old television", "the alt text")
    ratio = image["aspectRatio"]["width"] / image["aspectRatio"]["height"]
    expect(abs(ratio - 1.5) < 0.01, f"the picture's shape is {image['aspectRatio']}")
    expect(image["image"]["size"] <= 1_000_000, f"{image['image']['size']} bytes of a picture")
    query = f"?did={world.did}&cid={image['image']['ref']['$link']}"
    blob = good("GET", world.method("sync.getBlob") + query, raw=True)
    expect_equal((len(blob), blob[:2]), (image["image"]["size"], b"\xff\xd8"), "the JPEG's bytes")
    card = third["embed"]["external"]
    expect_equal((card["uri"], card["title"], card["thumb"]["mimeType"]), (LINK, "Spring", "image/png"), "the card")


def key_twice(world):
    before = len(world.standing())
    again = plain(world.network, "Only once")
    first, second = world.account.publish(again), world.account.publish(again)
    expect("done" in first, f"{first}")
    expect_equal(second, first, "the second try, by another process")
    expect_equal(len(world.standing()), before + 1, "posts")


def silence(world):
    before = len(world.standing())
    lost = plain(world.network, "Anybody there?")
    world.site.silent = True
    found = world.behind.publish(lost)
    world.site.silent = False
    expect("lost" in found, f"silence is {found}")
    expect_equal(len(world.standing()), before + 1, "posts")
    order = {"key": "post/Anybody there?/0", "at": now(), "post": lost}
    settled = world.account.one("find", **order)
    expect(settled.get("ok"), f"it is not found: {settled}")
    expect_equal(world.account.publish(lost)["done"]["id"], settled["ok"]["id"], "another try")
    other = {**order, "key": "post/never/0", "post": plain(world.network, "Never")}
    expect_equal(world.account.one("find", **other), {"ok": None}, "what was never published")


def edit_and_delete(world):
    ref = world.account.publish(plain(world.network, "A tpyo"))["done"]
    order = {"key": "k", "at": now(), "post": plain(world.network, "A typo"), "posts": [ref]}
    edited = world.account.one("edit", **order)
    expect("ok" in edited, f"{edited}")
    expect_equal(world.text(edited["ok"]), "A typo", "the text now")
    before = len(world.standing())
    deleted = world.account.all({"do": "delete", "posts": [ref]}, {"do": "delete", "posts": [ref]})
    expect_equal(deleted, [{"ok": "deleted"}] * 2, "deleting twice")
    expect_equal(len(world.standing()), before - 1, "posts")


def bluesky_refused(world):
    found = world.account.publish(plain("bluesky", "x" * 301))
    expect("300" in found.get("refused", ""), f"too long a text is {found}")
    found = world.account.one("metrics", posts=[])
    expect("app_view" in found.get("not_allowed", ""), f"counts of a bare server: {found}")
    expect_equal(world.account.one("check")["ok"]["name"], "@boatshop.test", "the account")


def bluesky_revoked(world):
    good("POST", world.method("server.revokeAppPassword"), {"name": "fulcrum"}, world.token, raw=True)
    signed_out(world)


def signed_out(world):
    before = len(world.standing())
    found = world.account.one("check")
    expect("sign_in" in found, f"a token that was taken back: {found}")
    found = world.account.publish(plain(world.network, "Too late"))
    expect("connected anew" in found.get("later", ""), f"publishing then: {found}")
    expect_equal(len(world.standing()), before, "posts")


class Mastodon:
    """A server that plays the API, with an account and its token."""

    network = "mastodon"

    def __init__(self):
        if not MOCK.exists():
            raise Skip("mastodon-mock is not installed")
        folder, port = temporary_folder("mastodon"), free_port() + 102
        self.url = f"http://127.0.0.1:{port}"
        with open(folder / "log", "wb") as out:
            serve = [MOCK, "serve", "--host", "127.0.0.1", "--port", port, "--in-memory", "--demo"]
            start_process(serve, cwd=folder, stdout=out, stderr=out)
        users = until("it listens", lambda: good("GET", f"{self.url}/api/v1/_mock/dev_users"), 60)
        users = users if isinstance(users, list) else users.get("users") or users.get("accounts")
        self.token = users[0]["access_token"]
        self.id = good("GET", f"{self.url}/api/v1/accounts/verify_credentials", None, self.token)["id"]
        self.site = Site(self.url)
        settings = {"server": self.url, "token": "env:SOCIAL_SECRET", "allow": ["127.0.0.1"]}
        self.account = Account("mastodon", settings, self.token)
        self.behind = Account("mastodon", {**settings, "server": self.site.url}, self.token)

    def standing(self):
        return good("GET", f"{self.url}/api/v1/accounts/{self.id}/statuses?limit=40")

    def status(self, ref):
        return good("GET", f"{self.url}/api/v1/statuses/{ref['id']}")

    def text(self, ref):
        return good("GET", f"{self.url}/api/v1/statuses/{ref['id']}/source", None, self.token)["text"]

    def fault(self, **effect):
        match = {"path_regex": "^/api/v1/statuses$", "methods": ["POST"]}
        spec = {"match": match, "effect": {"type": "status", **effect}}
        good("POST", f"{self.url}/api/v1/_mock/faults", spec)

    def no_fault(self):
        call("DELETE", f"{self.url}/api/v1/_mock/faults")


def mastodon_thread(world):
    refs = world.account.thread(post("mastodon", world.site, "Thread"))
    first, second, third = (world.status(it) for it in refs)
    expect(LINK in world.text(refs[0]), "the link is not written whole")
    expect_equal(second["in_reply_to_id"], first["id"], "what the second answers")
    expect_equal(third["in_reply_to_id"], second["id"], "what the third answers")
    media = second["media_attachments"]
    expect_equal([it["description"] for it in media], ["Noise, as on an old television"], "alt texts")
    expect(world.text(refs[2]).endswith(f"\n\n{LINK}"), "the card's link is not there")
    metrics = world.account.one("metrics", posts=[refs[0], {"id": "1"}])["ok"]
    expect_equal((metrics[0]["replies"], metrics[1]), (1, None), "counts")


def mastodon_faults(world):
    before = len(world.standing())
    for effect, wait in [
        ({"status": 429, "headers": {"Retry-After": "30"}}, 30_000),
        ({"status": 429}, None),
        ({"status": 503}, None),
        ({"status": 502}, None),
    ]:
        world.fault(**effect)
        found = world.account.publish(plain("mastodon", "Slowly"))
        world.no_fault()
        expect("later" in found, f"{effect} is {found}")
        if effect.get("headers") or effect["status"] != 429:
            expect_equal(found["retry_after_ms"], wait, f"the wait of {effect}")
    expect_equal(len(world.standing()), before, "posts")
    expect("done" in world.account.publish(plain("mastodon", "Slowly")), "it cannot go afterwards")
    found = world.account.publish(plain("mastodon", "x" * 501))
    expect("refused" in found, f"too long a text is {found}")
    account = world.account.one("check")["ok"]
    expect_equal(account["characters"], 500, "what the server takes")


def mastodon_revoked(world):
    form = urllib.parse.urlencode({"token": world.token}).encode()
    urllib.request.urlopen(f"{world.url}/oauth/revoke", form, timeout=20).read()
    signed_out(world)


CASES = {
    Bluesky: [
        ("bluesky-thread-picture-card", bluesky_thread),
        ("bluesky-key-twice-is-one-post", key_twice),
        ("bluesky-silence-is-lost-and-found", silence),
        ("bluesky-edit-and-delete", edit_and_delete),
        ("bluesky-refused", bluesky_refused),
        ("bluesky-password-taken-back", bluesky_revoked),
    ],
    Mastodon: [
        ("mastodon-thread-picture-card", mastodon_thread),
        ("mastodon-key-twice-is-one-post", key_twice),
        ("mastodon-silence-is-lost-and-found", silence),
        ("mastodon-edit-and-delete", edit_and_delete),
        ("mastodon-limits-and-faults", mastodon_faults),
        ("mastodon-token-taken-back", mastodon_revoked),
    ],
}


def main():
    report = Report()
    for make, cases in CASES.items():
        try:
            world = make()
        except Skip as why:
            report.skipped += 1
            print(f"skip {make.network}: {why}", flush=True)
            continue
        except Failure as why:
            report.fail(make.network, str(why))
            continue
        for name, case in cases:
            report.check(name, case, world)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
