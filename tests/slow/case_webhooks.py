"""A receiver of calls that verifies them with the library of Standard Webhooks."""

import http.server
import sys
import threading

try:
    from standardwebhooks import Webhook, WebhookVerificationError
except ImportError:
    print("skip webhooks: standardwebhooks is missing (PyPI)\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

from slow import Report, Server, expect, expect_equal, identify, track, until


class Receiver:
    """Keeps every call; answers with 503, 204 or not at all, by what its path asks for."""

    def __init__(self):
        self.calls, self.lock, self.go_on = [], threading.Lock(), threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver.lock:
                    receiver.calls.append((self.path, headers, body))
                    first = sum(it[0] == self.path for it in receiver.calls) == 1
                if self.path == "/hang" and first:
                    receiver.go_on.wait(60)
                self.send_response(503 if self.path == "/later" and first else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, path):
        with self.lock:
            return [it for it in self.calls if it[0] == path]


def journey(name, event, url):
    return (
        f"journey: {name}\ntrigger: {{event: {event}}}\nreentry: always\nsteps:\n"
        f'  - webhook: {{url: "{url}", data: {{plan: {{trait: plan}}}}}}\n'
    )


class World:
    def __init__(self):
        self.receiver = Receiver()
        url = self.receiver.url
        self.server = Server(
            "webhooks",
            {
                "audiences/vip.yaml": f'audience: vip\nwhen: trait("plan") == "pro"\nsync: {{url: "{url}/vip"}}\n',
                "journeys/now.yaml": journey("now", "Now", f"{url}/now"),
                "journeys/later.yaml": journey("later", "Later", f"{url}/later"),
                "journeys/hang.yaml": journey("hang", "Hang", f"{url}/hang"),
                "journeys/inside.yaml": journey("inside", "Inside", "http://169.254.169.254/latest/meta-data"),
            },
        )
        (self.server.folder / "fulcrum.toml").write_text('[webhooks]\nallow = ["127.0.0.1"]\n')
        self.key = self.server.source("webhooks")
        self.server.start()

    def secret(self):
        return self.server.api("/webhooks/secret")["secret"]

    def calls(self, path, count=1, seconds=30):
        return until(
            f"{count} calls of {path}",
            lambda: found if count <= len(found := self.receiver.of(path)) else None,
            seconds,
        )


def verifies(secret, call):
    _, headers, body = call
    try:
        return Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return None


def signed(world):
    world.server.send(world.key, identify("ada", plan="pro"), track("ada", "Now"))
    call = world.calls("/now")[0]
    event = verifies(world.secret(), call)
    expect(event, f"the library does not verify {call[1]}")
    expect_equal((event["user_id"], event["data"]), ("ada", {"plan": "pro"}), "the body")
    other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    expect(verifies(other, call) is None, "another secret verifies it too")
    path, headers, body = call
    expect(verifies(world.secret(), (path, headers, body + b" ")) is None, "a changed body verifies")


def told(world):
    event = verifies(world.secret(), world.calls("/vip")[0])
    expect_equal((event["type"], event["user_id"]), ("audience.entered", "ada"), "who entered")
    world.server.send(world.key, identify("ada", plan="free"))
    event = verifies(world.secret(), world.calls("/vip", 2)[1])
    expect_equal((event["type"], event["audience"]), ("audience.left", "vip"), "who left")


def again(world):
    world.server.send(world.key, track("ada", "Later"))
    first, second = world.calls("/later", 2)
    expect_equal(first[1]["webhook-id"], second[1]["webhook-id"], "the id of the second try")
    expect(verifies(world.secret(), second), "the second try does not verify")


def rotated(world):
    old = world.secret()
    world.server.api("/webhooks/secret/rotate", "POST", {})
    new = world.secret()
    expect(old != new, "the secret did not change")
    count = len(world.receiver.of("/now"))
    world.server.send(world.key, track("bob", "Now"))
    call = world.calls("/now", count + 1)[-1]
    expect(verifies(old, call) and verifies(new, call), "not both secrets verify it")


def killed(world):
    world.server.send(world.key, track("ada", "Hang"))
    world.calls("/hang")
    world.server.kill()
    world.receiver.go_on.set()
    world.server.start()
    first, second = world.calls("/hang", 2)[:2]
    expect_equal(first[1]["webhook-id"], second[1]["webhook-id"], "the id after the kill")
    expect_equal(first[2], second[2], "the body after the kill")
    ended = lambda: not world.server.api("/webhooks?state=waiting")["calls"]
    until("nothing waits", ended)
    expect_equal(len(world.receiver.of("/hang")), 2, "calls in all")


def inside(world):
    world.server.send(world.key, track("ada", "Inside"))
    given_up = lambda: world.server.api("/webhooks?state=given_up")["calls"]
    call = until("the call is given up", given_up)[0]
    expect(call["tries"] == 1 and "https" in call["detail"], f"it was tried: {call}")
    for url in ("https://127.1.1.1/", "https://[::1]/", "https://localhost:1/", "https://0x7f000001/"):
        tried = world.server.api("/webhooks/test", "POST", {"url": url})
        expect(not tried["answered"] and "public" in tried["detail"], f"{url}: {tried}")


def quiet(world):
    said = world.server.log_path.read_text(errors="replace")
    expect("whsec_" not in said and "user_id" not in said, "a secret or a body is in the log")


def listed(world):
    world.server.stop()
    expect("answered" in world.server.command("webhooks", "list"), "no call is listed")
    secret = world.server.command("webhooks", "secret").strip()
    expect(secret.startswith("whsec_"), "no secret is shown")
    expect(world.server.command("webhooks", "rotate").strip() != secret, "it did not rotate")
    said = world.server.command("webhooks", "test", f"{world.receiver.url}/test")
    expect("204" in said, f"the test says {said}")
    fresh = world.server.command("webhooks", "secret").strip()
    expect_equal(verifies(fresh, world.calls("/test")[0])["type"], "test", "the test call")


def main():
    report = Report()
    world = World()
    report.check("webhooks-verify", signed, world)
    report.check("webhooks-audience", told, world)
    report.check("webhooks-503-then-204", again, world)
    report.check("webhooks-two-secrets", rotated, world)
    report.check("webhooks-killed-in-a-call", killed, world)
    report.check("webhooks-inside-is-refused", inside, world)
    report.check("webhooks-nothing-in-the-log", quiet, world)
    report.check("webhooks-command-line", listed, world)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
