# `make run` opens the dashboard on the sample runs, `make test` runs the tests; `make help` lists the rest.
# Only make, git and Python 3.11 or newer are needed. Everything installed stays in .venv.

VENV  := .venv
PY    := $(VENV)/bin/python
STAMP := $(VENV)/.installed
JOBS  ?= 4  # twice the cores of a small machine: tests of screens mostly wait

.DEFAULT_GOAL := help
.PHONY: help run demo test slow check lint types layers bench shots samples clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

run: $(STAMP)  ## the dashboard on sample_runs/
	@$(PY) -m runwatch sample_runs/

demo: $(STAMP)  ## the dashboard on a run that is made up as you watch
	@$(PY) -m runwatch demo

test slow: export TEXTUAL_ANIMATIONS := none

test: $(STAMP)  ## the tests, without the slow ones
	@$(PY) -m pytest -q -n $(JOBS)

slow: $(STAMP)  ## the slow tests
	@$(PY) -m pytest -q -n $(JOBS) -m slow

check: test lint types layers  ## test, lint, types and layers: what a change must pass

lint: $(STAMP)  ## ruff
	@$(PY) -m ruff check --quiet .

types: $(STAMP)  ## mypy, strict, over src and tests
	@$(PY) -m mypy --no-error-summary

layers: $(STAMP)  ## import-linter: who may import whom
	@out=$$($(VENV)/bin/lint-imports --no-logo 2>&1) || { printf '%s\n' "$$out"; exit 1; }

bench: $(STAMP)  ## the benchmarks; QUICK=1 takes two minutes, ONLY="fold huge" a part, JSON=file keeps the figures
	@$(PY) -m benchmarks $(if $(JSON),--json $(JSON)) $(ONLY)

shots: $(STAMP)  ## pictures of the screens
	@$(PY) tools/shots.py

samples: $(STAMP)  ## the logs of sample_runs/ anew, from real runs of rivet; INTO=folder writes them elsewhere
	@$(PY) tools/record_samples.py $(if $(INTO),--into $(INTO))

clean:  ## remove what was built or cached; the environment stays
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment that is there is kept, and brought up to date when either file changes.
$(STAMP): pyproject.toml constraints.txt
	@if [ ! -x $(PY) ]; then \
	  for name in $(PYTHON) python3.11 python3; do \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python="$$name" && break; \
	  done; \
	  [ -n "$$python" ] || { echo "runwatch needs Python 3.11 or newer as python3.11 or python3, or: make PYTHON=/path/to/it" >&2; exit 1; }; \
	  "$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; \
	fi
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(VENV) has a Python older than 3.11: remove $(VENV) and try again" >&2; exit 1; }
	@$(PY) -m pip install -qq --disable-pip-version-check --no-input -c constraints.txt -e '.[dev]'
	@touch $@
