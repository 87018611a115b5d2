# `make demo` and `make test` do all their set-up themselves; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
FOLDER ?= examples/way-through
OUT ?= var/journey
BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes
DEMO := MUARA_DEMO=1 MUARA_DATA=$(CURDIR)/var/demo MUARA_BASE_URL=http://127.0.0.1:$(PORT)
JOURNEY := MUARA_DEMO=1 MUARA_DATA=$(CURDIR)/var/journey-data
# What tools run with: never an installation's data or key.
TOOL := DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=worksteal
JUDGE := var/conformance
TEMPLATES = $(shell find muara -name '*.html' -not -path '*/node_modules/*')

export PYTHON
unexport DJANGO_SETTINGS_MODULE DATABASE_URL

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# --- running ---------------------------------------------------------------------------------------

.PHONY: demo
demo: $(STAMPS)/run ## Serve a fictional office on 127.0.0.1 (PORT=8000), with a login for every actor
	@$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO) $(BIN)/python manage.py demo --if-empty
	@exec env $(DEMO) $(BIN)/python manage.py serve --port $(PORT)

.PHONY: journey
journey: $(STAMPS)/run ## Take FOLDER=examples/way-through through all 18 steps; the letters go to OUT=var/journey
	@rm -rf var/journey-data
	@$(JOURNEY) $(BIN)/python manage.py migrate --verbosity 0
	@$(JOURNEY) $(BIN)/python manage.py journey $(FOLDER) --out $(OUT)

.PHONY: bench-engine
bench-engine: $(STAMPS)/develop $(STAMPS)/system ## Measure the engine against bare SQL, on durable PostgreSQL and SQLite
	@$(BIN)/python -m tests.postgres --durable -- python -m bench.engine

.PHONY: bench-codes
bench-codes: $(STAMPS)/run ## Guess 100,000 times at the codes of permits: none may open anything
	@$(BIN)/python -m bench.codes

.PHONY: bench-queue
bench-queue: $(STAMPS)/run ## Measure how long a call takes to reach 20 displays while 10 counters and a kiosk are busy
	@$(BIN)/python -m bench.queue

.PHONY: bench-proof
bench-proof: $(STAMPS)/develop ## Measure the verifiers, and count what gets past them of a thousand tamperings of each kind
	@$(BIN)/python -m bench.verification
	@$(BIN)/python -m bench.tampering

.PHONY: bench-signing
bench-signing: $(STAMPS)/develop ## Measure an electronic original: size, CPU, altered bytes that pass for genuine
	@$(BIN)/python -m bench.signing --runs 20 --bytes 500

.PHONY: bench-numbers
bench-numbers: $(STAMPS)/develop $(STAMPS)/system ## Give numbers and sign permits while processes are killed, on a private PostgreSQL and on SQLite
	@$(BIN)/python -m bench.numbers

.PHONY: bench-search
bench-search: $(STAMPS)/develop $(STAMPS)/system ## Search over SEARCHED=20000 cases and five letters each, on a private PostgreSQL and on SQLite
	@$(BIN)/python -m bench.search --cases $(SEARCHED)
SEARCHED ?= 20000

.PHONY: drill
drill: $(STAMPS)/run $(STAMPS)/system ## Build CASES=1000000 fictional cases on a private PostgreSQL and measure every page on them
	@$(BIN)/python -m bench.drill --cases $(CASES)
CASES ?= 1000000

# --- testing ---------------------------------------------------------------------------------------

.PHONY: check
check: static ## The inner loop: format, lint, types, contracts, migrations, docs, fast tests
	@$(PYTEST) -q -m "not browser and not slow"

.PHONY: test
test: static $(STAMPS)/system ## Everything: the checks, then all tests on SQLite, PostgreSQL and in Chromium
	@echo "== tests on SQLite, in Chromium too"
	@$(PYTEST) -q
	@echo "== tests on PostgreSQL"
	@$(BIN)/python -m tests.postgres --fast -- $(PYTEST) -q -m "both"

.PHONY: conformance
conformance: $(STAMPS)/develop $(JUDGE)/installed ## Let pm4py judge our model and our logs (in a Python of its own)
	@MUARA_CONFORMANCE_PYTHON=$(CURDIR)/$(JUDGE)/bin/python $(PYTEST) -q tests/conformance

.PHONY: static
static: $(STAMPS)/develop format-check lint types contracts migrations docs

.PHONY: format-check lint types contracts migrations docs
format-check:
	@$(BIN)/ruff format --quiet --check --diff
	@told=$$($(BIN)/djangofmt --check $(TEMPLATES) 2>&1) || { echo "$$told"; exit 1; }
lint:
	@$(BIN)/ruff check --quiet
types:
	@$(BIN)/mypy --no-error-summary $(wildcard muara tests bench) conftest.py manage.py
contracts:
	@told=$$($(BIN)/lint-imports --no-logo --cache-dir var/cache/imports 2>&1) || { echo "$$told"; exit 1; }
migrations:
	@told=$$($(TOOL) makemigrations --check --dry-run 2>&1) || { echo "$$told"; exit 1; }
docs:
	@$(TOOL) sop docs --check

.PHONY: format
format: $(STAMPS)/develop ## Format the code and the templates, and mend what the linter can
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet
	@$(BIN)/djangofmt --quiet $(TEMPLATES)

.PHONY: migrations-anew
migrations-anew: $(STAMPS)/develop ## Write each room's one first migration anew (only until the first release)
	@rm -f muara/*/migrations/0*.py
	@$(TOOL) makemigrations --verbosity 0 $(patsubst muara/%/migrations,%,$(wildcard muara/*/migrations))
	@$(BIN)/python bin/fold-migrations
	@$(BIN)/ruff check --quiet --fix-only muara/*/migrations

.PHONY: coverage
coverage: $(STAMPS)/develop ## Which lines the tests on SQLite never run
	@$(BIN)/coverage run -m pytest -q -m "not browser"
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

# --- installing ------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@bin/system-packages venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Muara needs Python 3.11 or newer")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) var && touch $@

$(STAMPS)/run: requirements.txt | $(STAMPS)/venv
	@echo "Installing what Muara needs …"
	@$(PIP) --requirement requirements.txt && touch $@

$(STAMPS)/develop: requirements-dev.txt | $(STAMPS)/venv
	@echo "Installing what Muara and its tests need …"
	@$(PIP) --requirement requirements-dev.txt && touch $@ $(STAMPS)/run

$(JUDGE)/installed: tests/conformance/requirements.txt | $(STAMPS)/venv
	@echo "Installing pm4py, apart from what Muara needs …"
	@test -x $(JUDGE)/bin/pip || $(PYTHON) -m venv $(JUDGE)
	@$(JUDGE)/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes \
		--requirement tests/conformance/requirements.txt && touch $@

$(STAMPS)/system: bin/system-packages | $(STAMPS)/venv
	@bin/system-packages chromium initdb pdftotext qpdf && touch $@

.PHONY: pins
pins: $(STAMPS)/develop ## Choose newer versions within pyproject.toml's ranges and pin them by hash
	@$(BIN)/uv pip compile $(PINS) pyproject.toml --output-file requirements.txt
	@$(BIN)/uv pip compile $(PINS) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	@$(BIN)/uv pip compile $(PINS) tests/conformance/requirements.in --output-file tests/conformance/requirements.txt
PINS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## Remove caches and the demo's data (not an installation's)
	@rm -rf var/cache var/demo var/journey var/journey-data var/test-results var/coverage
