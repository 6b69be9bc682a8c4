# `make help` lists what can be done. The two commands of the README are `make demo` and `make test`.
# Everything is installed into ./.venv; nothing outside this folder changes, except that the system
# libraries for PDF are installed where that is possible without asking (root on Debian or Ubuntu).

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/office-firm-intermediate.json
ON := 2026-11-22

# The newest Python from 3.11 on, unless PYTHON says otherwise.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test coverage test-slow test-long test-spark check prove bench wheel install pdf-libraries clean

help:  ## List what can be done
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: install pdf-libraries  ## Assess an example: the result on screen, the report in out/
	@mkdir -p out
	@$(BIN)/ohaccredit assess $(EXAMPLE) --on $(ON) --pdf out/report.pdf --html out/report.html
	@echo "Next: $(BIN)/ohaccredit --help"

test: install pdf-libraries  ## Run the fast tests (about two minutes on two cores)
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not long and not spark"

test-slow: install pdf-libraries  ## Run those with real validators and whole editions (under a minute)
	@$(BIN)/python -m pytest -n auto -m slow

coverage: install pdf-libraries  ## Run the tests and show what they do not reach (about four minutes)
	@$(BIN)/python -m pytest -n auto -m "not long and not spark" --cov --cov-report=term:skip-covered

test-long: install pdf-libraries  ## Run the long property tests too
	@$(BIN)/python -m pytest -n auto -m "not spark"

test-spark: install  ## Run the tests on a Spark cluster (downloads Spark; needs Java 17)
	@command -v java >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Java …"; apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; \
	  else echo "Spark needs Java 17 or newer. On Debian or Ubuntu: sudo apt-get install default-jre-headless"; exit 1; fi; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[pdf,excel,prove,batch,spark,dev]'
	@$(BIN)/python -m pytest -n 0 -m spark

check: install  ## Lint, types, floors of the house, rule files, their cases and what these show
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache
	@$(BIN)/ohaccredit rules check && $(BIN)/ohaccredit rules cases
	@$(BIN)/ohaccredit rules coverage --json >/dev/null || { echo "Some test of a rule is shown by no case: run $(BIN)/ohaccredit rules coverage"; exit 1; }

prove: install  ## Prove the rules of all editions (about a minute; a few seconds if nothing changed)
	@$(BIN)/ohaccredit rules prove

bench: install pdf-libraries  ## Measure speed as ratios in one run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[pdf,excel,prove,batch,dev,bench]'
	@$(BIN)/python -m benchmarks

wheel: install  ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

clean:  ## Remove what was built
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it, or run: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
	  rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing python3-venv …"; apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
	  else echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; fi; }
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[pdf,excel,prove,batch,dev]'
	@touch $@

# WeasyPrint draws with Pango and HarfBuzz, which come from the system.
PDF_PACKAGES := libpangoft2-1.0-0 libharfbuzz-subset0
pdf-libraries: install
	@$(BIN)/python -m ohaccredit.reports.pdf >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing the system libraries for PDF …"; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PDF_PACKAGES) >/dev/null; fi; \
	  $(BIN)/python -m ohaccredit.reports.pdf; }
