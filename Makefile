# The bank's commands; `make help` lists them. Needs Python 3.11 or later with venv, and make. Everything else comes into
# .venv from the lock files, every package with its hash.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.locked-run
DEV := $(VENV)/.locked-dev
MANAGE := $(BIN)/python manage.py
FLAGS := $(if $(PORT),--port $(PORT)) $(if $(MTLS_PORT),--mtls-port $(MTLS_PORT)) $(if $(ADDRESS),--address $(ADDRESS)) \
	$(if $(HOST),--host $(HOST)) $(if $(NAMES),--names $(NAMES)) $(if $(VAR),--var $(VAR))
TEST := $(BIN)/python -m pytest -n auto --dist loadgroup
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header

.DEFAULT_GOAL := help
.PHONY: help run ready test test-fast check bench reset lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Flags of make run: PORT= MTLS_PORT= ADDRESS= HOST= NAMES= VAR=   ($(MANAGE) sandbox --help tells more)"

run: $(RUN) ## start the whole bank; Ctrl-C stops it
	@exec $(MANAGE) sandbox $(FLAGS)

ready: $(RUN) ## wait until the bank that was started answers
	@$(MANAGE) ready

test: check ## everything: style, types, directions, migrations, and every test
	$(TEST)

test-fast: check ## the same without running banks, browser, crashes, fuzzing and whole tables
	$(TEST) -m "not live and not browser and not crash and not fuzz and not exhaustive"

check: $(DEV) ## style, types, directions and migrations only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run  # needs no database

bench: $(DEV) ## measure: payments beside pgbench, long account histories
	$(BIN)/python -m tests.benchmarks $(BENCH)

reset: $(RUN) ## throw the bank away; the next run opens a fresh one
	@$(MANAGE) reset

lock: $(DEV) ## lock the newest versions that the requirements allow (make lock UPGRADE=--upgrade), else only what is missing
	@$(INSTALL) -r requirements-uv.lock
	$(COMPILE) $(UPGRADE) requirements-uv.in -o requirements-uv.lock
	$(COMPILE) $(UPGRADE) requirements.in -o requirements.lock
	$(COMPILE) $(UPGRADE) --constraints requirements.lock requirements-dev.in -o requirements-dev.lock

clean: ## remove the environment and what tools keep
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(RUN): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Lombard needs Python 3.11 or later as '$(PYTHON)'; say make PYTHON=/path/to/python3 where it has another name." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Building $(VENV) from the lock files"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r requirements.lock
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
