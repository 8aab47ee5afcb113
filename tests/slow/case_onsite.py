"""The script of a business's own pages in a real browser: messages that wait, who gets them, push messages."""

import hashlib
import hmac
import json
import os
import shutil

from slow import CACHE, HERE, NODE_MODULES, Report, Server, Skip, expect, expect_equal, free_port, needs_node, run
from slow import track, until

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
SECRET = "0123456789abcdef0123456789abcdef"


def journey(name, event, content, channel):
    return (
        f"journey: {name}\nowner: crm@sender.test\ntrigger: {{event: {event}}}\nreentry: always\nsteps:\n"
        f"  - message: {{content: {content}, channels: [{channel}], expires: 2d, class: service}}\n"
    )


def content(name, form, words, url):
    return (
        f"---\ncontent: {name}\ntopic: news\nsummary: Words for you\naction: {{label: See your cart, url: \"{url}\"}}\n"
        f"forms:\n  {form}: {words}\n---\nWords.\n"
    )


class World:
    def __init__(self):
        needs_node()
        self.shop_port = free_port()
        shop = f"http://127.0.0.1:{self.shop_port}"
        words = "{title: \"Hello {{ event.who | default: 'you' }}\", body: Your cart waits for two days.}"
        files = {
            "journeys/cart.yaml": journey("cart", "Cart Viewed", "cart", "onsite"),
            "journeys/left.yaml": journey("left", "Order Left", "left", "push"),
            "content/cart.md": content("cart", "onsite", words, f"{shop}/cart"),
            "content/left.md": content("left", "push", "{title: On its way, body: Your order left.}", f"{shop}/order"),
            "policy.yaml": "caps: []\nwindow: 0s\nconsent: [push]\n",
        }
        self.server = Server("onsite", files)
        # The shop took the port that was free before.
        while self.server.port == self.shop_port:
            self.server.port += 1
        self.server.url = f"http://127.0.0.1:{self.server.port}"
        brand = self.server.programme / "brand.yaml"
        brand.write_text(brand.read_text().replace("base_url:", f'base_url: "{self.server.url}"\n#'))
        key = self.server.folder / "push.pem"
        run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key])
        (self.server.folder / "fulcrum.toml").write_text(
            f'[onsite]\nsecret = "env:ONSITE_SECRET"\norigins = ["{shop}"]\n'
            f'[web_push]\nkey = "file:{key}"\ncontact = "mailto:web@sender.test"\nallow = ["127.0.0.1"]\n'
        )
        environment = {"ONSITE_SECRET": SECRET}
        self.key = self.server.command("source", "create", "Shop", environment=environment).strip()
        listed = self.server.command("channels", environment=environment)
        expect("onsite    [onsite]" in listed, f"`fulcrum channels` does not know it: {listed}")
        self.push_key = self.server.command("channels", "push-key", environment=environment).strip()
        self.server.start(environment)

    def visit(self, part):
        shots = CACHE / "shots"
        shots.mkdir(parents=True, exist_ok=True)
        settings = {
            "part": part,
            "base": self.server.url,
            "port": self.shop_port,
            "writeKey": self.key,
            "signature": hmac.new(SECRET.encode(), b"ann", hashlib.sha256).hexdigest(),
            "agent": AGENT,
            "shots": str(shots),
        }
        environment = {**os.environ, "NODE_PATH": str(NODE_MODULES)}
        command = ["node", HERE / "clients/visitor.cjs", json.dumps(settings)]
        return json.loads(run(command, 240, env=environment).splitlines()[-1])

    def events(self, visitor, name):
        person = self.server.person(visitor)
        expect(person, f"nobody has the id {visitor}")
        items = self.server.timeline(person["id"])
        return [it for it in items if json.dumps(it).find(f'"{name}"') != -1]


def a_visitor_sees_what_waits(world):
    found = world.visit("anonymous")
    expect(found["shown"], "the message never came")
    expect_equal(found["errors"], [], "what the browser complained of, under a strict policy")
    expect_equal(found["boxes"], 1, "boxes at a time")
    expect_equal(found["title"], "Hello <b>Zoë</b>", "the title as text")
    expect_equal(found["html"], "Hello &lt;b&gt;Zoë&lt;/b&gt;", "the title as HTML")
    expect_equal((found["label"], found["close"]), ("See your cart", "Close"), "link and button")
    expect_equal(found["axe"], [], "what axe finds")
    expect_equal(found["axeDark"], [], "what axe finds in the dark")
    expect_equal(found["before"], found["after"], "where the heading is: nothing moves")
    expect_equal(found["focus"], "BODY", "the focus, which nobody takes")
    expect(found["narrow"], "on a narrow screen the page scrolls sideways")
    expect(found["reached"], "the keyboard does not reach the link")
    expect_equal((found["closed"], found["back"]), (0, "ask"), "after Escape: boxes, and the focus")
    expect_equal(found["again"], 0, "boxes on the next page")
    expect(found["second"], "the second message never came")
    expect(found["left"], "from right to left the box is not at the left")
    expect("/cart" in found["landed"], f"the link led to {found['landed']}")
    expect_equal(found["afterClick"], 0, "boxes after the link was followed")
    expect_equal(found["cookies"], 0, "cookies")
    expect_equal(len(found["id"]), 32, "the letters of the id")
    for name, times in [
        ("Cart Viewed", 2),
        ("Message Opened", 2),
        ("Message Dismissed", 1),
        ("Message Link Clicked", 1),
    ]:
        until(f"{times} of {name}", lambda name=name, times=times: len(world.events(found["id"], name)) == times)
    world.server.check_ledger()


def a_known_person_needs_the_shops_signature(world):
    world.server.send(world.key, track("ann", "Cart Viewed", {"who": "Ann"}))
    until("it was sent", lambda: world.server.check_ledger()["sent"] >= 3)
    found = world.visit("known")
    expect_equal((found["unsigned"], found["forged"], found["signed"]), (False, False, True), "who sees it")


def who_asks_not_to_be_followed_is_not(world):
    found = world.visit("quiet")
    expect_equal((found["quietSent"], found["quietKept"]), ([], []), "what was sent and kept")


def a_browser_subscribes_by_a_click(world):
    found = world.visit("push")
    expect_equal(found["became"], "on", "what became of it")
    expect_equal(found["subscribedWith"], world.push_key, "the key of the subscription")
    expect_equal(found["pushes"], 1, "messages at the push service")
    expect_equal((found["text"]["title"], found["text"]["body"]), ("On its way", "Your order left."), "the words")
    expect_equal(len(found["notifications"]), 1, "notifications after two copies")
    shown = found["notifications"][0]
    expect_equal((shown["title"], shown["tag"]), ("On its way", found["text"]["tag"]), "the notification")
    expect_equal(shown["data"]["url"], found["text"]["url"], "where it leads")
    said = world.events(found["visitor"], "Consent Given")
    expect_equal(len(said), 1, "consents")
    for name in ["Push Notification Received", "Push Notification Dismissed"]:
        until(f"one {name}", lambda name=name: len(world.events(found["visitor"], name)) == 1)


def firefox_gets_a_push_message(world):
    if not shutil.which(os.environ.get("FIREFOX", "firefox-esr")):
        raise Skip("Firefox is not installed (Debian: firefox-esr)")
    settings = {
        "base": world.server.url,
        "writeKey": world.key,
        "port": world.shop_port,
        "pushPort": world.server.port + 1,
        "profile": str(world.server.folder / "firefox"),
    }
    environment = {**os.environ, "NODE_PATH": str(NODE_MODULES)}
    command = ["node", HERE / "clients/firefox.cjs", json.dumps(settings)]
    found = json.loads(run(command, 240, env=environment).splitlines()[-1])
    expect_equal(found.get("became"), "on", "what became of it")
    expect_equal((found["posted"], found["acknowledged"]), (1, 1), "messages at the service, and read by the browser")
    # Without a desktop Firefox shows no notification (NS_ERROR_FAILURE), so its worker rightly says nothing of it.
    until("one Consent Given", lambda: len(world.events(found["visitor"], "Consent Given")) == 1)
    expect_equal(world.events(found["visitor"], "Push Notification Received"), [], "what was not shown")


def main():
    report = Report()
    try:
        world = World()
    except Skip as why:
        print(f"skip onsite: {why}\n0 passed, 0 failed, 5 skipped", flush=True)
        return
    report.check("a visitor sees what waits", a_visitor_sees_what_waits, world)
    report.check("a known person needs the shop's signature", a_known_person_needs_the_shops_signature, world)
    report.check("who asks not to be followed is not", who_asks_not_to_be_followed_is_not, world)
    report.check("a browser subscribes by a click", a_browser_subscribes_by_a_click, world)
    report.check("Firefox gets a push message", firefox_gets_a_push_message, world)
    world.server.stop()
    report.end()


main()
