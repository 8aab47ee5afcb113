"""Feeds as feedparser reads them, and a WebSub hub of others that is told what is new."""

import datetime
import http.server
import json
import subprocess
import threading
import urllib.parse

from slow import CACHE, HERE, Report, Server, Skip, expect, expect_equal, free_port, run, start_process, until

PYTHON = CACHE / "venv-feeds/bin/python"
PEERS = HERE / "feed_peers.py"

ARTICLE = """---
content: {name}
topic: news
summary: "{name} & more"
forms:
  page:
    title: "Episode <{name}>"
    published: "{at}"
    tags: [hills & dales]
    enclosure: {{url: "https://cdn.example.org/{name}.mp3", type: audio/mpeg, bytes: 1234, duration: 1m5s}}
---
Up & *down*.
"""


def article(name, at):
    return ARTICLE.format(name=name, at=at.strftime("%Y-%m-%dT%H:%M:%SZ"))


class Subscriber:
    """Confirms what it asked for, and keeps what it is sent."""

    def __init__(self):
        self.sent = []
        subscriber = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
                challenge = query.get("hub.challenge", [""])[0].encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(challenge)

            def do_POST(self):
                subscriber.sent.append(self.rfile.read(int(self.headers["content-length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sent"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class World:
    def __init__(self):
        if not PYTHON.exists():
            raise Skip("feedparser and Flask-WebSub are not installed")
        now = datetime.datetime.now(datetime.timezone.utc)
        self.hub_port = free_port()
        self.hub = f"http://127.0.0.1:{self.hub_port}"
        # Early enough that a slow start is over by then, and not so late that the test waits.
        self.later = now + datetime.timedelta(seconds=25)
        files = {
            "site.yaml": f"title: Slow news\nlanguage: en\nauthor_email: news@sender.test\nhub: {self.hub}/hub\n",
            "content/old.md": article("old", now - datetime.timedelta(days=2)),
            "content/soon.md": article("soon", self.later),
        }
        self.server = Server("pages", files)
        start_process(
            [PYTHON, PEERS, "hub", self.hub_port, self.server.folder],
            stdout=subprocess.DEVNULL,
            stderr=open(self.server.folder / "hub.log", "wb"),
        )
        (self.server.folder / "fulcrum.toml").write_text('[webhooks]\nallow = ["127.0.0.1"]\n')
        self.told()
        # The hub and its peers use ports that are asked for one after the other.
        self.server.port = free_port()
        self.server.url = f"http://127.0.0.1:{self.server.port}"
        brand = self.server.programme / "brand.yaml"
        brand.write_text(brand.read_text().replace("base_url:", f'base_url: "{self.server.url}"\n#'))
        self.server.start()

    def told(self):
        def asked():
            status, _, body = self.server.request("GET", f"{self.hub}/told")
            return {"told": json.loads(body)} if status == 200 else None

        return until("the hub answers", asked)["told"]

    def feed(self, path):
        return json.loads(run([PYTHON, PEERS, "read", f"{self.server.url}{path}"]))


def feeds_are_read_by_others(world):
    for path, version in [("/feed.xml", "rss20"), ("/atom.xml", "atom10")]:
        found = world.feed(path)
        expect_equal((found["version"], found["bozo"]), (version, False), path)
        expect_equal(found["title"], "Slow news", path)
        expect_equal(found["links"].get("hub"), f"{world.hub}/hub", path)
        expect_equal(found["links"].get("self"), f"{world.server.url}{path}", path)
        entry = [it for it in found["entries"] if it["link"].endswith("/old")][0]
        expect_equal(entry["title"], "Episode <old>", path)
        expect_equal(entry["content"].strip(), "<p>Up &amp; <em>down</em>.</p>", path)
        expect_equal(entry["tags"], ["hills & dales"], path)
        expect_equal(entry["enclosures"], [["https://cdn.example.org/old.mp3", "audio/mpeg", "1234"]], path)
    expect_equal(world.feed("/feed.xml")["entries"][-1]["duration"], "65", "the length")


def a_hub_is_told_and_tells_on(world):
    expect(not [it for it in world.told() if it], "what is old is not told of")
    subscriber = Subscriber()
    topic = f"{world.server.url}/atom.xml"
    form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": subscriber.url}
    status, _, body = world.server.request(
        "POST",
        f"{world.hub}/hub",
        urllib.parse.urlencode(form).encode(),
        {"content-type": "application/x-www-form-urlencoded"},
    )
    expect_equal(status, 202, f"the subscription: {body[:200]!r}")
    until("the hub is told", lambda: len(world.told()) == 3, 60)
    expect_equal(
        sorted(world.told()),
        sorted(f"{world.server.url}{it}" for it in ["/feed.xml", "/atom.xml", "/feed.json"]),
        "what the hub was told",
    )
    sent = until("the subscriber has the feed", lambda: subscriber.sent, 60)
    expect("/read/soon" in sent[0], "the new article is in what the hub passed on")


def main():
    report = Report()
    try:
        world = World()
    except Skip as why:
        print(f"skip pages: {why}\n0 passed, 0 failed, 2 skipped", flush=True)
        return
    report.check("feeds are read by others", feeds_are_read_by_others, world)
    report.check("a hub is told and tells on", a_hub_is_told_and_tells_on, world)
    world.server.stop()
    report.end()


main()
