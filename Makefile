# The commands of README.md. Build products and downloads go to CACHE, never into the clone.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/nascape
export CARGO_TARGET_DIR ?= $(CACHE)/target
export NASCAPE_DATA ?= $(abspath ../shared/data)
export NASCAPE_PYTHON ?= $(CACHE)/venv/bin/python
XGBOOST := $(CACHE)/xgboost-3.4.1
ifeq ($(shell uname -s),Linux)
export XGBOOST_LIB_DIR ?= $(XGBOOST)/xgboost/lib
# The .deb holds the program nascape too.
BESIDE := build
DEB_TOOLS := patchelf
DEB_FLAGS = --config "$$(scripts/deb-files $(CARGO_TARGET_DIR)/deb)"
endif
export NASCAPE := $(CARGO_TARGET_DIR)/release/nascape
export NASCAPE_DESKTOP := $(CARGO_TARGET_DIR)/release/nascape-desktop
NODE := $(CACHE)/node-22.20
export PATH := $(NODE)/bin:$(PATH)

.PHONY: demo demo-figures build ui window app test test-app lint test-rust test-ui test-browser test-load test-desktop test-peers measure-browser measure-desktop deny
.PHONY: golden faults load soak bundles benchmark-models benchmark-retraining benchmark-depth bench twin setup setup-node setup-peers benchmark-carrying-over kills fuzz

# Simulates an assay, imputes it with the shipped bundles, draws what came out, and opens the window on it.
demo: demo-figures window
	scripts/demo-window demo

demo-figures: build
	scripts/demo demo

build: setup ui
	cargo build --release --locked

# The page that the window shows, in ui/dist.
ui: setup-node ui/dist/index.html

ui/dist/index.html: ui/node_modules/.package-lock.json $(shell find ui/src ui/index.html ui/*.ts ui/*.js -type f 2>/dev/null)
	npm --prefix ui run --silent build
	@touch crates/nascape-cli/build.rs # which holds the page too

ui/node_modules/.package-lock.json: ui/package-lock.json
	npm --prefix ui ci --silent

# The desktop app. It retrains by the program nascape beside it.
window: setup ui
	scripts/setup-window
	cargo build --release --locked --package nascape-desktop

# The installers that this platform can build: .deb, .dmg or .msi. An AppImage: make app APP_FLAGS="--config src-tauri/tauri.appimage.conf.json".
app: window $(BESIDE)
	scripts/setup-window $(DEB_TOOLS)
	ui/node_modules/.bin/tauri build $(APP_FLAGS) $(DEB_FLAGS) -- --locked

# The .deb, unpacked: its files, its libraries, and its window retraining by the program beside it. Half a minute after make app.
test-app: export NASCAPE_PACKAGE := $(CARGO_TARGET_DIR)/deb/unpacked
test-app: export NASCAPE_DEB = $(shell ls -t $(CARGO_TARGET_DIR)/release/bundle/deb/*.deb 2>/dev/null | head -1)
test-app: app
	scripts/setup-window WebKitWebDriver xvfb-run
	rm -rf $(NASCAPE_PACKAGE)
	dpkg-deb --extract $(NASCAPE_DEB) $(NASCAPE_PACKAGE)
	node --test tests/package/package.test.mjs
	NASCAPE_DESKTOP=$(NASCAPE_PACKAGE)/usr/bin/nascape-desktop scripts/on-a-display node --test tests/desktop/retraining.test.mjs

# Everything that CI asks for. The real experiments are read from NASCAPE_DATA.
test: lint test-rust test-ui test-browser test-load test-desktop test-peers

lint: setup ui
	scripts/setup-window
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --release --locked --workspace --no-deps --quiet

test-rust: setup ui setup-peers
	cargo test --release --locked --workspace --exclude nascape-desktop

test-ui: ui
	npm --prefix ui run --silent check
	npm --prefix ui run --silent test
	node --test tests/supply/supply.test.mjs

# The page against nascape serve, in Chromium.
test-browser: build ui
	scripts/setup-window chromium
	node --test tests/browser/*.test.mjs

# nascape serve under a little load: make load and make soak are the long ones.
test-load: build
	node --test tests/load/load.test.mjs

# 100,000 tiles for 8 connections, from ten assays of 24 chromosomes (docs/reliability.md).
load: build
	node tests/load/load.mjs

# HOURS (2) of browsing, opening, saving and exporting, with memory and handles flat.
soak: build
	node tests/load/soak.mjs

# The window against the real experiment, by WebDriver.
test-desktop: build window
	scripts/setup-window WebKitWebDriver xvfb-run xdotool dbus-daemon python3-gi
	cargo test --release --locked --package nascape-desktop
	scripts/on-a-display node --test tests/desktop/window.test.mjs
	scripts/on-a-display node --test tests/desktop/native.test.mjs
	scripts/on-a-display node --test tests/desktop/retraining.test.mjs

# Seconds to the first track, milliseconds a pan and a zoom, and what ten minutes of browsing take of memory: in Chromium, in the window.
measure-browser: build ui
	scripts/setup-window chromium
	node tests/browser/measure.mjs

measure-desktop: window
	scripts/setup-window WebKitWebDriver xvfb-run
	scripts/on-a-display node tests/desktop/measure.mjs

# Kills a retraining, or the window that it runs in, 50 times at random moments.
kills: build
	KILLS=50 cargo test --release --locked --package nascape-cli --test cli -- --nocapture killed_at_random

test-peers: build setup-peers
	$(NASCAPE_PYTHON) -m pytest -q tests/peers

# Writes the golden bits of the whole route anew, after a change that is meant to change numbers.
golden: setup
	cargo test --release --locked --package nascape-cli --test cli -- --ignored --exact golden::make_golden

# Kills 200 programs at random moments, where make test kills 24: docs/reliability.md.
faults: setup
	KILLS=200 cargo test --release --locked --package nascape-cli --test cli -- --nocapture --include-ignored --test-threads 1 faults::

# Fuzzes every reader, MINUTES each, and prints a table. Asks for a nightly compiler and cargo-fuzz.
MINUTES ?= 10
fuzz: setup
	command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz@0.13.2
	cargo run --release --locked --package nascape-app --example seeds -- $(NASCAPE_DATA) $(CACHE)/fuzz/corpus
	fuzz/run $(CACHE)/fuzz $(MINUTES)

# Licences and sources of all dependencies. Advisories need a database from the net: cargo deny check advisories.
deny:
	command -v cargo-deny >/dev/null || cargo install --locked cargo-deny@0.20.2
	cargo deny --locked check licenses bans sources

# Trains the shipped bundles again (models/README.md), from the real experiments.
bundles: build
	models/train

# Measures the shipped bundles and the baselines on the test parts and writes models/benchmark/*.md.
benchmark-models: build
	models/measure

# Retrains bundles of one cell on more and more of another, and writes models/benchmark/retraining.md.
benchmark-retraining: build
	models/measure-retraining

# Trains accessibility on one cell and measures it on the other, and writes models/benchmark/carrying-over.md.
benchmark-carrying-over: build
	models/measure-carrying-over

# Thins the reads of each library and measures the default bundles on what is left, and writes models/benchmark/depth.md.
benchmark-depth: build setup-peers
	$(NASCAPE_PYTHON) models/measure-depth

# Our engine beside PyTorch, XGBoost, pyBigWig and bigtools: benches/RESULTS.md.
bench: build setup-peers
	cargo build --release --locked --workspace --example engine
	$(NASCAPE_PYTHON) -m pip install -q -r tests/peers/requirements-torch.txt
	$(NASCAPE_PYTHON) benches/run.py $(NASCAPE) $(CARGO_TARGET_DIR)/release/examples/engine

# Trains the paper's network in PyTorch with our recipe, for several seeds, beside ours.
twin: build setup-peers
	$(NASCAPE_PYTHON) -m pip install -q -r tests/peers/requirements-torch.txt
	$(NASCAPE_PYTHON) tests/peers/twin.py --architecture cnn
	$(NASCAPE_PYTHON) tests/peers/twin.py --architecture dnn

setup:
	@scripts/setup
	@scripts/setup-xgboost $(XGBOOST)

setup-node:
	@scripts/setup-node $(NODE)

setup-peers:
	@scripts/setup-peers $(CACHE)/venv
