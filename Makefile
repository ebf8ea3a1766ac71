# The commands of README.md. Build products and downloads go to CACHE, never into the clone.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/nascape
export CARGO_TARGET_DIR ?= $(CACHE)/target
export NASCAPE_DATA ?= $(abspath ../shared/data)
export NASCAPE_PYTHON ?= $(CACHE)/venv/bin/python
XGBOOST := $(CACHE)/xgboost-3.4.1
ifeq ($(shell uname -s),Linux)
export XGBOOST_LIB_DIR ?= $(XGBOOST)/xgboost/lib
endif
export NASCAPE := $(CARGO_TARGET_DIR)/release/nascape

.PHONY: demo build test lint test-rust test-peers deny bundles benchmark-models bench twin setup setup-peers

# Simulates an assay, imputes it with the shipped bundles and draws what came out.
demo: build
	scripts/demo demo

build: setup
	cargo build --release --locked

# Everything that CI asks for. The real experiments are read from NASCAPE_DATA.
test: lint test-rust test-peers

lint: setup
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --release --locked --workspace --no-deps --quiet

test-rust: setup setup-peers
	cargo test --release --locked --workspace

test-peers: build setup-peers
	$(NASCAPE_PYTHON) -m pytest -q tests/peers

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

setup-peers:
	@scripts/setup-peers $(CACHE)/venv
