# `make` lists what there is. Only `make setup` and `make test-all` use the network.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# How much of the search for faults runs: processes killed, seeds played. `make test-all` does more.
export FULCRUM_KILLS ?= 3
export FULCRUM_SEEDS ?= 20
# People on the list of the broadcast that is interrupted.
export FULCRUM_BROADCAST ?= 1000

# A stamp says that what a lock file names was fetched. Its name holds the lock file's checksum, so
# that a changed lock file has no stamp.
sum = $(shell cksum < $(1) 2>/dev/null | tr -d ' ')
CARGO_STAMP := .stamps/cargo-$(call sum,Cargo.lock)
NPM_STAMP := .stamps/npm-$(call sum,web/package-lock.json)

# The web app needs Node.js 20.19 or newer; without it everything else still works.
NODE := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number); \
  process.exit(a>20||(a==20&&b>=19)?0:1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
ifeq ($(NODE),yes)
WEB_SETUP := $(NPM_STAMP)
WEB_BUILT := web/dist/index.html
else
WEB_SETUP := no-node
WEB_BUILT := no-node
endif
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

# nextest runs tests side by side and shows the slow ones; `cargo test` does as well.
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo
	@echo '  make demo ARGS="--people 2000 --exit" passes options on.'

.PHONY: setup
setup: tools $(CARGO_STAMP) $(WEB_SETUP) ## Fetch what the lock files name; needs the network

.PHONY: demo
demo: setup $(WEB_BUILT) ## Play a simulated market and show the app on it
	cargo run --frozen --package fulcrum -- demo $(ARGS)

.PHONY: test
test: setup $(WEB_BUILT) ## Everything that needs no browser, server or network
ifeq ($(NEXTEST),yes)
	cargo nextest run --frozen --workspace
else
	cargo test --frozen --workspace --lib --bins --tests
endif
ifeq ($(NODE),yes)
	cd web && npm test
endif

.PHONY: test-all
test-all: FULCRUM_KILLS = 50
test-all: FULCRUM_SEEDS = 2000
test-all: FULCRUM_BROADCAST = 100000
test-all: export FULCRUM_SLOW = 1
test-all: test ## The same with many more faults, and real peers: browser, SDKs, mail server
	@if [ -x tests/slow/run.sh ]; then tests/slow/run.sh; \
	else echo 'tests/slow/run.sh is not here: nothing was tried with real peers' >&2; exit 1; fi

.PHONY: web
web: setup $(WEB_BUILT) ## Build the web app into web/dist

.PHONY: lint
lint: setup $(WEB_BUILT) ## Form, clippy and Biome; warnings are errors
	cargo fmt --all --check
	cargo clippy --frozen --workspace --all-targets -- -D warnings
ifeq ($(NODE),yes)
	cd web && npm run lint
endif

.PHONY: bench
bench: setup ## Measure, and append to bench/history.jsonl
	cargo xtask bench

.PHONY: clean
clean: ## Remove everything that was built or fetched into this directory
	cargo clean
	rm -rf web/dist web/node_modules .stamps .slow

# What must be on the machine, each with the Debian package that has it.
.PHONY: tools
tools:
	@missing=0; \
	need() { command -v "$$1" >/dev/null || { echo "missing: $$1 ($$2)" >&2; missing=1; }; }; \
	need cargo 'Debian: rustup, then `rustup default stable`; Rust 1.95 or newer'; \
	need cc 'Debian: gcc and libc6-dev; SQLite, zstd and ring are compiled'; \
	exit $$missing

.PHONY: no-node
no-node:
	@echo 'without Node.js 20.19 (Debian: nodejs, npm) the web app is left out' >&2

$(CARGO_STAMP): | tools
	cargo fetch --locked
	@mkdir -p .stamps && rm -f .stamps/cargo-* && touch $@

$(NPM_STAMP):
	cd web && npm ci --no-audit --no-fund
	@mkdir -p .stamps && rm -f .stamps/npm-* && touch $@

web/dist/index.html: $(NPM_STAMP) $(WEB_SOURCES)
	cd web && npm run build
	@touch $@ crates/server/build.rs
