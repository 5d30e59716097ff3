# Every target works from a clean checkout; only .venv and COUNTINGHOUSE_HOME (default: var/) are written.

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PORT ?= 8000
export PORT
LOCK := $(PYTHON) -m uv pip compile pyproject.toml --extra duckdb --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" --quiet

.PHONY: help demo run test install install-dev lint types checks audit audit-if-reachable tests browser bench-ingest bench-purge clients lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

demo: install ## Serve with 120 days of demo data on http://127.0.0.1:8000 (PORT=… for another port)
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py seed_demo --days 120
	@$(PYTHON) manage.py rebuild_rollups --check
	@exec $(PYTHON) -m gunicorn -c config/gunicorn.py config.wsgi

run: install ## Serve without demo data
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py create_owner_link --if-needed
	@exec $(PYTHON) -m gunicorn -c config/gunicorn.py config.wsgi

test: install-dev lint types checks audit-if-reachable browser tests ## Everything: style, types, migrations, all tests on both engines, a browser

install: ## Make .venv with what serving needs
	@.ci/install requirements.txt

install-dev: ## Make .venv with what developing and testing need
	@.ci/install requirements-dev.txt

lint: install-dev ## Style and formatting (ruff)
	@$(PYTHON) -m ruff check --quiet
	@$(PYTHON) -m ruff format --check --quiet
	@echo "lint: clean"

types: install-dev ## Types (mypy, strict)
	@$(PYTHON) -m mypy

checks: install-dev ## System checks, missing migrations, static files
	@.ci/checks

audit: install-dev ## Known vulnerabilities of the locked packages (pip-audit; needs the network)
	@$(PYTHON) -m tests.dependency_audit

audit-if-reachable: install-dev
	@$(PYTHON) -m tests.dependency_audit --may-be-offline

browser: install-dev ## Find a Chromium, or install Debian's when run as root
	@$(PYTHON) -m tests.browser.chromium

tests: install-dev ## All tests on SQLite and on a PostgreSQL that it starts and stops
	@$(PYTHON) -m tests.engines

bench-ingest: install-dev ## Events a second through the doors, beside plain INSERTs, on both engines
	@$(PYTHON) -m tests.bench.ingest

bench-purge: install-dev ## Page latency while a million old messages are purged (MESSAGES=…), on both engines
	@$(PYTHON) -m tests.bench.purge

clients: install-dev ## Real clients against the running server: the ledger must say what their models billed
	@$(PYTHON) -m tests.clients

lock: install-dev ## Write requirements*.txt anew from pyproject.toml
	@$(LOCK) --output-file requirements.txt
	@$(LOCK) --group dev --output-file requirements-dev.txt
