"""Posts of a programme, by the real binary, on a real server of the AT Protocol and one that plays Mastodon's API.

Planned, started, edited and taken back through the API of the app; the process is killed while a network has not
answered, and the post is there once.
"""

import json
import sys
import urllib.parse

from case_social import Bluesky, Mastodon
from slow import Report, Server, Skip, expect, expect_equal, until

LONG = "New bikes stand in the shop, and every one of them can be ridden. " * 6
NETWORKS = ["bluesky", "mastodon"]
# The first look for a lost post comes a minute after it was lost.
LOOK_SECONDS = 150


def content(name, summary):
    return f"---\ncontent: {name}\ntopic: news\nsummary: {json.dumps(summary.strip())}\n---\nCome and see.\n"


def server(name, worlds, behind):
    """The binary with an account at each network, straight or behind the site that can be silent."""
    programme = {"content/launch.md": content("launch", LONG)}
    for post in ["launch", "quiet"]:
        networks = ", ".join(NETWORKS)
        programme[f"posts/{post}.yaml"] = f"post: {post}\ncontent: launch\nnetworks: [{networks}]\n"
    made = Server(name, programme)
    bluesky, mastodon = worlds
    there = lambda world: world.site.url if behind else world.url
    (made.folder / "fulcrum.toml").write_text(
        f'[social.bluesky]\nservice = "{there(bluesky)}"\nhandle = "boatshop.test"\n'
        'password = "env:BLUESKY_SECRET"\napp_view = ""\nallow = ["127.0.0.1"]\n'
        f'[social.mastodon]\nserver = "{there(mastodon)}"\ntoken = "env:MASTODON_SECRET"\n'
        'allow = ["127.0.0.1"]\n'
    )
    made.secrets = {
        "BLUESKY_SECRET": bluesky.account.secret,
        "MASTODON_SECRET": mastodon.account.secret,
    }
    made.start(made.secrets)
    return made


def step(made, post, action, **body):
    return made.api(f"/posts/{post}/{action}", "POST", body)


def standings(made, post):
    return {it["network"]: it["standing"] for it in made.api(f"/posts/{post}")["networks"]}


def until_standing(made, post, wanted, seconds=30):
    until(f"{post} is {wanted}", lambda: standings(made, post) == wanted or None, seconds)
    return {it["network"]: it for it in made.api(f"/posts/{post}")["networks"]}


def counts(worlds):
    return [len(it.standing()) for it in worlds]


def stands_once(made, worlds):
    before = counts(worlds)
    names = lambda: [it["name"] for it in made.api("/posts")["accounts"]]
    accounts = until("both accounts were looked at", lambda: names() if all(names()) else None)
    expect("@boatshop.test" in accounts, f"the accounts are {accounts}")
    step(made, "launch", "plan")
    step(made, "launch", "start")
    places = until_standing(made, "launch", {it: "stands" for it in NETWORKS})
    parts = {network: len(it["parts"]) for network, it in places.items()}
    expect_equal(parts, {"bluesky": 2, "mastodon": 1}, "parts")
    after = counts(worlds)
    expect_equal([b - a for a, b in zip(before, after)], [2, 1], "posts made")
    texts = sorted(it["value"]["text"] for it in worlds[0].standing().values())
    wanted = sorted(it["text"] for it in places["bluesky"]["parts"])
    expect_equal(texts, wanted, "what stands at Bluesky is what the page says")
    expect(places["mastodon"]["parts"][0]["url"].startswith("http"), "no link to the post")


def edited_and_taken_back(made, worlds):
    path = "/programme/files/" + urllib.parse.quote("content/launch.md", safe="")
    etag = made.api(path)["etag"]
    text = {"text": content("launch", LONG.replace("New", "Old"))}
    status, _, said = made.request(
        "PUT", f"/api/v1{path}", text,
        {"authorization": f"Bearer {made.token}", "if-match": f'"{etag}"'},
    )
    expect_equal(status, 200, f"the file: {said[:200]!r}")
    step(made, "launch", "edit")
    says = lambda: all(
        "Old bikes" in it["parts"][0]["text"] for it in made.api("/posts/launch")["networks"]
    )
    until("both say something else", lambda: says() or None)
    records = [it["value"]["text"] for it in worlds[0].standing().values()]
    expect(any("Old bikes" in it for it in records), f"Bluesky has {records}")
    expect(any("Old bikes" in it["content"] for it in worlds[1].standing()), "Mastodon has the old text")
    before = counts(worlds)
    step(made, "launch", "delete")
    until_standing(made, "launch", {it: "gone" for it in NETWORKS})
    expect_equal([a - b for a, b in zip(before, counts(worlds))], [2, 1], "posts taken back")


def killed_in_the_silence(made, worlds):
    before = counts(worlds)
    step(made, "quiet", "plan")
    for it in worlds:
        it.site.silent = True
    step(made, "quiet", "start")
    until("both have the first part", lambda: all(b > a for a, b in zip(before, counts(worlds))) or None)
    made.kill()
    for it in worlds:
        it.site.silent = False
    made.start(made.secrets)
    places = until_standing(made, "quiet", {it: "stands" for it in NETWORKS}, LOOK_SECONDS)
    made.stop()
    expect_equal([b - a for a, b in zip(before, counts(worlds))], [2, 1], "posts made")
    notes = [it["text"] for place in places.values() for it in place["notes"]]
    expect(any("nothing is known" in it for it in notes), f"nobody noticed the silence: {notes}")
    log = made.log_path.read_text(errors="replace")
    for secret in made.secrets.values():
        expect(secret not in log, "a secret is in the log")


def main():
    report = Report()
    cases = ["posts-stand-once", "posts-are-edited-and-taken-back", "posts-killed-in-the-silence"]
    try:
        worlds = (Bluesky(), Mastodon())
    except Skip as why:
        report.skipped += len(cases)
        print(f"skip posts: {why}", flush=True)
        report.end()
    straight = server("posts", worlds, behind=False)
    report.check(cases[0], stands_once, straight, worlds)
    report.check(cases[1], edited_and_taken_back, straight, worlds)
    straight.stop()
    report.check(cases[2], killed_in_the_silence, server("posts-quiet", worlds, behind=True), worlds)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
