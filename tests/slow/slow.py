"""What the slow tests share: a real server on a temporary data directory, its API, and reports.

Only Python's standard library. A test file makes a `Report`, calls `report.check(name, function)`
for each case, and ends with `report.end()`. A case fails by raising; `expect` says why.
"""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("FULCRUM_SLOW_CACHE", ROOT / ".slow"))
BINARY = pathlib.Path(os.environ.get("FULCRUM_BIN", ROOT / "target/debug/fulcrum"))
NODE_MODULES = CACHE / "node/node_modules"

# A debug binary beside a busy compiler: generous, and only ever waited for when something is wrong.
START_SECONDS = 60
SETTLE_SECONDS = 30
WHY_CHARS_MAX = 1_500


class Failure(Exception):
    """A case that did not hold, with the reason for a reader."""


class Skip(Exception):
    """A case that this machine cannot carry out, with what it lacks."""


def expect(holds, why):
    if not holds:
        raise Failure(why)


def expect_equal(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}: found {found!r}, wanted {wanted!r}")


def needs_node():
    """Skips where the SDKs and drivers are not installed; `run.sh` said why."""
    installed = NODE_MODULES / "playwright-core/package.json"
    if not installed.exists():
        raise Skip("the npm packages of tests/slow/package.json are not installed")


def until(what, function, seconds=SETTLE_SECONDS):
    """Calls `function` until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    pause, last = 0.05, None
    while time.monotonic() < end:
        try:
            last = function()
        except (OSError, urllib.error.URLError, Failure) as error:
            last = error
        if last and not isinstance(last, Exception):
            return last
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    raise Failure(f"after {seconds} s still not: {what} (last: {str(last)[:300]})")


class Report:
    """Prints a line per case and the closing line that runners read."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, 0, 0
        self.only = sys.argv[1:]

    def check(self, name, function, *arguments):
        if self.only and not any(it in name for it in self.only):
            return
        began = time.monotonic()
        try:
            function(*arguments)
        except Skip as why:
            self.skipped += 1
            print(f"skip {name}: {why}", flush=True)
            return
        except Failure as why:
            self.fail(name, str(why))
            return
        except Exception as error:  # noqa: BLE001 - a broken case is a failed one
            where = traceback.format_exc().strip().splitlines()
            self.fail(name, f"{type(error).__name__}: {error} ({' '.join(where[-3:-1]).strip()})")
            return
        self.passed += 1
        print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)

    def fail(self, name, why):
        self.failed += 1
        one_line = " ".join(why.split())
        print(f"FAIL {name}: {one_line[:WHY_CHARS_MAX]}", flush=True)

    def end(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        sys.exit(1 if self.failed else 0)


_STARTED = []


def start_process(arguments, **options):
    """A child that ends with this test, whatever happens."""
    process = subprocess.Popen([str(it) for it in arguments], **options)
    _STARTED.append(process)
    return process


@atexit.register
def _end_processes():
    for process in _STARTED:
        if process.poll() is None:
            process.kill()
            process.wait()


def run(arguments, seconds=120, **options):
    """A command that must work; returns what it printed."""
    done = subprocess.run(
        [str(it) for it in arguments], capture_output=True, text=True, timeout=seconds, **options
    )
    if done.returncode != 0:
        tail = (done.stdout + done.stderr)[-800:]
        raise Failure(f"`{pathlib.Path(str(arguments[0])).name}` ended with {done.returncode}: {tail}")
    return done.stdout


def free_port():
    """Below the range that outgoing connections are given."""
    for port in range(20_000 + os.getpid() % 8_000, 32_000):
        with socket.socket() as it:
            try:
                it.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failure("no free port")


def temporary_folder(name):
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"fulcrum-slow-{name}-"))
    if not os.environ.get("FULCRUM_SLOW_KEEP"):
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    path.chmod(0o755)
    return path


BASE_POLICY = "caps: []\nwindow: 0s\nconsent: none\n"


class Server:
    """`fulcrum serve` on a data directory of its own."""

    def __init__(self, name, programme=None, smtp=None, data=None):
        self.folder = temporary_folder(name)
        self.data = data or self.folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.smtp = smtp
        self.process = None
        self.log_path = self.folder / "server.log"
        self.programme = None
        if programme is not None:
            self.programme = self.folder / "programme/program"
            files = {
                "brand.yaml": (
                    "name: Slow Shop\n"
                    'postal_address: "Slow Shop, Canal Street 12, 3511 AB Utrecht"\n'
                    f'base_url: "{self.url}"\n'
                    "from_name: Slow Shop\nfrom_address: hello@sender.test\n"
                ),
                "policy.yaml": BASE_POLICY,
                "topics.yaml": "- topic: news\n  description: What is new\n",
                **programme,
            }
            for path, text in files.items():
                target = self.programme / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        self.token = None

    def command(self, *arguments, environment=None):
        return run(
            [BINARY, "--data", self.data, *arguments],
            cwd=self.folder,
            env=self._environment(environment),
        )

    def _environment(self, more=None):
        names = {
            it: value
            for it, value in os.environ.items()
            if not it.startswith("FULCRUM_")
        }
        for key, value in (self.smtp or {}).items():
            names[f"FULCRUM_SMTP_{key.upper()}"] = str(value)
        names.update(more or {})
        return names

    def source(self, name):
        """Makes a source and returns its write key. Only while the server is stopped."""
        return self.command("source", "create", name).strip()

    def start(self, environment=None):
        if self.token is None:
            self.token = self.command("token", "create", "slow tests").strip()
        arguments = [BINARY, "--data", self.data, "serve", "--bind", f"127.0.0.1:{self.port}"]
        if self.programme is not None:
            arguments += ["--program", self.programme]
        log = open(self.log_path, "ab")
        begin = log.tell()
        self.process = start_process(
            arguments,
            cwd=self.folder,
            env=self._environment(environment),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        log.close()

        def ready():
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended at its start: {self.log_tail()}")
            said = self.log_path.read_bytes()[begin:].decode("utf-8", "replace")
            return said if "ready on http" in said else None

        try:
            said = until("the server is ready", ready, START_SECONDS)
        except SystemExit as error:
            raise Failure(str(error)) from None
        link = re.search(r"set the password once: (\S+)", said)
        self.setup_link = link.group(1) if link else None
        return self

    def log_tail(self):
        return self.log_path.read_text(errors="replace")[-800:]

    def kill(self):
        """As a power cut would: nothing is finished."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the server did not stop within 20 s of SIGTERM") from None

    def request(self, method, path, body=None, headers=None, seconds=30):
        """Status, headers and body; never raises for a status."""
        url = path if path.startswith("http") else self.url + path
        data = body
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
            headers.setdefault("content-type", "application/json")
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with _OPENER.open(request, timeout=seconds) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def api(self, path, method="GET", body=None):
        status, _, text = self.request(
            method, f"/api/v1{path}", body, {"authorization": f"Bearer {self.token}"}
        )
        if not 200 <= status < 300:
            raise Failure(f"{method} /api/v1{path} answered {status}: {text[:300]!r}")
        return json.loads(text) if text else None

    def send(self, write_key, *events):
        """Events by the plain HTTP API; they must be taken."""
        batch = {"batch": list(events), "writeKey": write_key}
        status, _, text = self.request("POST", "/v1/batch", batch)
        expect(status == 200, f"a batch was answered {status}: {text[:300]!r}")
        return json.loads(text)

    def person(self, query):
        """The one person that a search finds, whole; None when nobody is found."""
        found = self.api("/people?q=" + urllib.parse.quote(query))["people"]
        expect(len(found) <= 1, f"`{query}` finds {len(found)} people: {[it['id'] for it in found]}")
        return self.api(f"/people/{found[0]['id']}") if found else None

    def timeline(self, person, kind=None):
        items, cursor = [], ""
        while True:
            page = self.api(f"/people/{person}/timeline?cursor={urllib.parse.quote(cursor)}")
            items += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return [it for it in items if kind in (None, it["kind"])]

    def source_counts(self, name):
        found = [it for it in self.api("/sources")["sources"] if it["name"] == name]
        expect(len(found) == 1, f"{len(found)} sources are called {name}")
        return found[0]

    def check_ledger(self):
        """Exact accounting: every candidate stands in exactly one state."""
        ledger = self.api("/today")["ledger"]
        states = ["sent", "suppressed", "held_out", "dropped", "merged", "failed", "unknown", "pending"]
        total = sum(ledger[it] for it in states)
        expect_equal(total, ledger["candidates"], f"the sum of the ledger {ledger}")
        return ledger


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def track(user, name, properties=None, **more):
    return {"type": "track", "userId": user, "event": name, "properties": properties or {}, **more}


def identify(user, **traits):
    return {"type": "identify", "userId": user, "traits": traits}


def mail_journey(event="Greet", content="greeting", expires="1d"):
    """A programme whose one journey mails whoever did `event`, at once."""
    return {
        "journeys/greet.yaml": (
            "journey: greet\nowner: crm@sender.test\n"
            f"trigger: {{event: {event}}}\nreentry: always\nsteps:\n"
            f"  - message: {{content: {content}, channels: [email], expires: {expires}, value: 1.0}}\n"
        ),
        "content/greeting.md": (
            "---\ncontent: greeting\ntopic: news\nsummary: A word of welcome\n"
            'action: {label: Look around, url: "https://shop.test/tour?size=2"}\n'
            "forms:\n  email: {subject: \"Welcome, {{ person.name | default: 'friend' }}\", "
            "preheader: One thing to do}\n---\n"
            'Hello {{ person.name | default: "friend" }},\n\n'
            "have a look at [the catalogue](https://shop.test/catalogue).\n"
        ),
    }
