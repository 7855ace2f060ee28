# `make demo` and `make test` are all that a fresh machine needs: Python 3.10+, make and, for the real loaders
# that `make test` asks, Debian or Ubuntu with root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench sweep oracles clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@$(BIN)/python scripts/demo.py

# Two at a time: with more, processes under Wine hang at their start, or end with another status than their own.
test: lint oracles
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: oracles
	$(BIN)/python -m benchmarks

# Two hours or so on two cores (llama.cpp is compiled twice), and 2 GB of wheels. Broken off, it goes on with what
# `.cache/sweep` does not hold yet.
sweep: oracles
	@scripts/install-oracles sweep
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "sweep" --timeout 9000; \
		status=$$?; $(BIN)/python scripts/write_conformance.py && exit $$status

# Wine, mingw, gcc and musl, where we may install them. Where we may not, the tests that need them say so at the end.
oracles: $(VENV)/.tested
	@scripts/install-oracles

$(VENV)/.installed: pyproject.toml
	$(PYTHON) scripts/make_venv.py $(VENV)
	$(PIP) install --editable .
	@$(BIN)/python -m compileall -q src || true  # as pip does for an ordinary install
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install --upgrade 'pip>=25.1'
	$(PIP) install --group lint --group test
	@touch $@

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
