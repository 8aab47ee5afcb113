#!/usr/bin/env bash
# Real peers against the real binary: SDKs, mail servers, a browser, a full disk. `make test-all` calls
# it with FULCRUM_SLOW=1; by hand:
#
#   FULCRUM_SLOW=1 tests/slow/run.sh [CASE…]        such as: sdks mail postfix mailbox browser disk api import tables conditions webhooks personal smpp social posts pages onsite
#
#   FULCRUM_BIN         a binary to test; without it, `cargo build -p fulcrum` makes one
#   FULCRUM_SLOW_CACHE  where SDKs and drivers are installed [default: .slow]
#   FULCRUM_SLOW_KEEP   keeps the temporary folders of the servers
#
# What it needs comes from Debian, PyPI and npm, once. Without the network it uses what is there and
# says which cases had to be left out. All traffic stays on 127.0.0.1.
set -euo pipefail

if [ "${FULCRUM_SLOW:-}" != 1 ]; then
    echo 'the slow tests are left out; FULCRUM_SLOW=1 runs them'
    exit 0
fi

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
export FULCRUM_SLOW_CACHE="${FULCRUM_SLOW_CACHE:-$root/.slow}"
cache="$FULCRUM_SLOW_CACHE"
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$cache"
exec </dev/null

all=(sdks mail postfix mailbox browser disk api import tables conditions history webhooks personal smpp social posts pages onsite)
cases=("${@:-${all[@]}}")
wants() { [[ " ${cases[*]} " == *" $1 "* ]]; }
missing=()

# A Debian package for each program that is not there.
packages=()
needs() { command -v "$1" >/dev/null || packages+=("$2"); }
needs node nodejs
needs npm npm
needs python3 python3
if wants sdks || wants browser || wants onsite; then [ -n "${CHROMIUM:-}" ] || needs chromium chromium; fi
if wants onsite; then [ -n "${FIREFOX:-}" ] || needs firefox-esr firefox-esr; fi
if wants postfix || wants mailbox; then needs postfix postfix; fi
if wants mailbox; then needs dovecot dovecot-imapd; fi
if wants disk; then compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || packages+=(faketime); fi
if [ "${#packages[@]}" -ne 0 ]; then
    install=(apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${packages[@]}")
    if [ "$(id -u)" -ne 0 ] || ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${install[@]}"; } \
        >"$cache/apt.log" 2>&1; then
        missing+=("Debian: ${packages[*]} (see $cache/apt.log; as root: apt-get install ${packages[*]})")
    fi
fi

# A virtual environment per SDK, because their dependencies pull each other to old versions. The stamp
# holds what was asked for, so that a changed version is installed.
venv() {
    local name="$1" wanted="${*:2}" folder="$cache/venv-$1"
    if [ "$(cat "$folder/installed" 2>/dev/null)" = "$wanted" ]; then return; fi
    rm -rf "$folder"
    if python3 -m venv "$folder" >"$cache/pip-$name.log" 2>&1 &&
        "$folder/bin/pip" install --quiet --disable-pip-version-check "${@:2}" >>"$cache/pip-$name.log" 2>&1; then
        echo "$wanted" >"$folder/installed"
    else
        missing+=("PyPI: $wanted (see $cache/pip-$name.log)")
    fi
}
if wants sdks; then
    venv segment segment-analytics-python==2.4.0
    venv rudder rudder-sdk-python==2.1.9
    venv posthog posthog==7.91.1
fi
if wants mail || wants browser || wants disk || wants webhooks || wants personal; then
    venv mail aiosmtpd==1.4.6 standardwebhooks==1.1.0 dkimpy==1.1.8 dnspython==2.8.0 pynacl==1.6.2
fi
if wants smpp; then venv smpp smpp.twisted3==0.8 smpp.pdu3==0.6 twisted==23.10.0; fi
if wants history; then venv spark pyspark==4.3.0; fi
if wants tables || wants conditions || wants history; then venv tables pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.0; fi
if wants api; then venv schema schemathesis==4.32.5; fi
if wants pages; then venv feeds feedparser==6.0.14 flask-websub==0.4.1 celery==5.7.0 redis==8.1.0; fi
if wants social || wants posts; then
    venv social mastodon-mock==0.6.1
    # A folder of its own, without a lock file: one of its packages is built here, against this machine's Node.
    wanted="$(cksum <"$here/social/package.json")"
    if [ "$(cat "$cache/social/installed" 2>/dev/null)" != "$wanted" ]; then
        mkdir -p "$cache/social"
        cp "$here/social/package.json" "$cache/social/"
        if (cd "$cache/social" && npm install --no-audit --no-fund) >"$cache/npm-social.log" 2>&1; then
            echo "$wanted" >"$cache/social/installed"
        else
            missing+=("npm: what tests/slow/social/package.json names (see $cache/npm-social.log)")
        fi
    fi
    (cd "$root" && cargo build --quiet --locked --package channels --example publish)
fi

if wants sdks || wants browser || wants onsite; then
    lock="$(cksum <"$here/package-lock.json")"
    if [ "$(cat "$cache/node/installed" 2>/dev/null)" != "$lock" ]; then
        mkdir -p "$cache/node"
        cp "$here/package.json" "$here/package-lock.json" "$cache/node/"
        # Not `npm ci`: the lock file cannot hold optional packages of other systems that the registry
        # does not serve, and `ci` refuses such a file.
        if (cd "$cache/node" && npm install --ignore-scripts --no-audit --no-fund) >"$cache/npm.log" 2>&1; then
            echo "$lock" >"$cache/node/installed"
        else
            missing+=("npm: what tests/slow/package-lock.json names (see $cache/npm.log)")
        fi
    fi
fi

# In a folder of its own, without a lock file: five judges and peers, of which nothing is built.
if wants personal || wants smpp; then
    wanted='mailauth@4.13.3 web-push-testing@1.2.2 @stoplight/prism-cli@5.14.2 aws-ses-v2-local@2.9.0 smpp@0.5.1 @twilio-alpha/mcp@0.7.0'
    if [ "$(cat "$cache/personal/installed" 2>/dev/null)" != "$wanted" ]; then
        mkdir -p "$cache/personal"
        read -ra packages <<<"$wanted"
        # Of the last package only its copy of Twilio's OpenAPI is used.
        if (cd "$cache/personal" && npm install --ignore-scripts --no-audit --no-fund --before=2026-09-01 "${packages[@]:0:5}" &&
            npm pack --silent "${packages[5]}" &&
            tar xzf twilio-alpha-mcp-*.tgz --strip-components=4 package/twilio-oai/spec/json/twilio_api_v2010.json) \
            >"$cache/npm-personal.log" 2>&1; then
            echo "$wanted" >"$cache/personal/installed"
        else
            missing+=("npm: $wanted (see $cache/npm-personal.log)")
        fi
    fi
fi

for it in "${missing[@]}"; do echo "could not be installed: $it" >&2; done

# The app is inside of the binary; what is built already stays as it is.
if wants browser && [ ! -f "$root/web/dist/index.html" ]; then
    (cd "$root/web" && { [ -d node_modules ] || npm ci --no-audit --no-fund; } && npm run build) >"$cache/web.log" 2>&1 ||
        echo "the web app could not be built: see $cache/web.log" >&2
fi
if [ -z "${FULCRUM_BIN:-}" ]; then
    (cd "$root" && cargo build --quiet --locked --package fulcrum)
    export FULCRUM_BIN="${CARGO_TARGET_DIR:-$root/target}/debug/fulcrum"
fi

passed=0 failed=0 skipped=0
for name in "${cases[@]}"; do
    if [ ! -f "$here/case_$name.py" ]; then
        echo "FAIL $name: there is no tests/slow/case_$name.py"
        failed=$((failed + 1))
        continue
    fi
    python="$cache/venv-mail/bin/python"
    [ -x "$python" ] || python=python3
    began=$SECONDS
    echo "== $name"
    status=0
    "$python" "$here/case_$name.py" 2>&1 | tee "$cache/$name.log" || status=$?
    closing="$(tail -n 1 "$cache/$name.log")"
    if [[ "$closing" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    else
        echo "FAIL $name: it ended with $status before its closing line"
        failed=$((failed + 1))
    fi
    echo "   $((SECONDS - began)) s"
done

if [ "$skipped" -eq 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
[ "$failed" -eq 0 ]
