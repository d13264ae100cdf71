# `make demo` for the main job, `make test` for everything that is checked; `make conformance` needs Debian's servers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORY ?= sample_logs/signing-key-rotation

.PHONY: demo test conformance lint clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/analyzer analyze $(STORY)

test: $(VENV)/.installed lint
	$(BIN)/python -m pytest -q

# Real servers log known requests, and every column of every line is compared; SERVERS names some of them.
conformance: $(VENV)/.installed
	PYTHONPATH=tests $(BIN)/python -m servers $(SERVERS)

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
