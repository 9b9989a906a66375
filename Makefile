# `make demo` and `make test` make what they need; a second run is quick.
PYTHON ?= python3
FUZZ_SECONDS ?= 60
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: demo test quality bench fuzz clean

demo: $(VENV)/core
	@$(BIN)/cds demo

test: $(VENV)/test
	@$(BIN)/python -m pytest --numprocesses 2

quality: $(VENV)/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/codespell
	CDS_PROFILE=long $(BIN)/python -m pytest --numprocesses 2

bench: $(VENV)/bench
	@for each in benchmarks/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

fuzz: $(VENV)/test
	@$(BIN)/python -m tests.fuzz.fuzz_fhir $(FUZZ_SECONDS)

clean:
	rm -rf $(VENV) .hypothesis .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cds needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/core: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing cds into $(VENV) ..."
	@$(INSTALL) .
	@touch $@

$(VENV)/test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing cds and its test tools into $(VENV) ..."
	@$(INSTALL) '.[batch,server,test]'
	@touch $@ $(VENV)/core

$(VENV)/bench: $(VENV)/test
	@echo "Installing what the benchmarks compare with into $(VENV) ..."
	@$(INSTALL) '.[bench]'
	@touch $@
