# Two commands for a newcomer: `make demo` and `make test`. Both need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Most tests wait for servers and processes of their own: four at once use two cores well.
TEST_PROCESSES ?= 4
UV := $(shell command -v uv 2>/dev/null)
# Twice quiet: errors alone. Once, it warns of what the lock file holds on purpose, and of every editable installation.
PIP_OPTIONS := --quiet --quiet --disable-pip-version-check

.PHONY: demo tour test quality check lint types extraction-digests messages hooks docs wheel-check newest-python release lock clean help
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(VENV)/.installed  ## crawl the embedded news web and show what landed
	$(BIN)/python -m tests.demoweb.demo

tour: $(VENV)/.installed  ## type the README's consoles on the demo web, write into the README what they print
	$(BIN)/python -m tests.demoweb.tour

test: $(VENV)/.installed-dev  ## run the tests
	$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist worksteal

quality: $(VENV)/.installed-dev  ## score the extraction of all labelled pages, where they are there; `make test` scores a sample
	COPYDESK_ALL_PAGES=1 $(BIN)/python -m pytest -q tests/pipelines/extraction/test_quality_gate.py

check: lint types test  ## lint, types, tests: what CI runs

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: $(VENV)/.installed-dev
	$(BIN)/mypy

extraction-digests: $(VENV)/.installed-dev  ## record what is read from the test pages, raise the number if it changed (new pages only: KEEP=1)
	$(BIN)/python -m tests.pipelines.extraction.extraction_record $(if $(KEEP),--keep)
	$(BIN)/python -m tests.patterns.proven

messages: $(VENV)/.installed-dev  ## add the inspector's new texts to the catalogues of its languages (db/inspect/translation)
	$(BIN)/python -m tests.db.inspect.messages

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Copydesk needs Python 3.11 or newer; say which one with: make PYTHON=python3.12 ..."; exit 1; }
ifdef UV
	uv venv --quiet --python $(PYTHON) $(VENV)
else
	$(PYTHON) -m venv $(VENV)
endif

# What is used is compiled when it is first imported, also where the image asks for no bytecode: to compile all that is installed
# would be a third of what `make demo` takes to install. Tests use most of it, in many processes; a few files are no Python.
export PYTHONDONTWRITEBYTECODE :=
$(VENV)/.installed: requirements.lock pyproject.toml setup.py | $(VENV)/bin/python
ifdef UV
	uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(BIN)/python -m pip install $(PIP_OPTIONS) --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install $(PIP_OPTIONS) --no-deps --no-build-isolation --editable .
endif
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
$(VENV)/.installed-publish: requirements-publish.lock $(VENV)/.installed-dev
$(VENV)/.installed-dev $(VENV)/.installed-publish:
ifdef UV
	uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $<
else
	$(BIN)/python -m pip install $(PIP_OPTIONS) --no-compile --require-hashes -r $<
	$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
endif
	@touch $@

hooks: $(VENV)/.installed-dev  ## have ruff, codespell and the import rules looked at before each commit
	$(BIN)/pre-commit install

docs: $(VENV)/.installed-publish  ## make docs/ and the API's docstrings a site: build/docs/index.html
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs

wheel-check: $(VENV)/.installed-dev  ## build the wheel and use it in a fresh environment, as its users do
	$(BIN)/python -m tests.wheel_check

newest-python: $(VENV)/.installed-dev  ## run a quick part of the tests on the newest Python of this machine
	$(BIN)/python -m tests.newest_python

release: $(VENV)/.installed-publish  ## build and check what is released; says what to push, and pushes nothing
	$(BIN)/python -m tests.release

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11
lock: $(VENV)/.installed-dev  ## renew the lock files
	$(LOCK) --extra build --extra inspect --output-file requirements.lock pyproject.toml
	$(LOCK) --extra build --extra inspect --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(LOCK) --extra build --extra docs --extra release --constraint requirements-dev.lock --output-file requirements-publish.lock pyproject.toml

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build docs/api *.egg-info
