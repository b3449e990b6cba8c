# Thin on purpose: each target is a line that a person could type. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Tests run in so many processes, each with a PostgreSQL and a Kafka of its own: much of their time is waiting.
JOBS ?= 3
# Tests and the demonstration start hundreds of processes; without its compiled files each would compile us anew.
unexport PYTHONDONTWRITEBYTECODE
READY := .venv/.ready
KAFKA := .venv/.kafka

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 12

demo: $(READY) $(KAFKA) ## start everything, play a story, stay up until Ctrl-C
	@exec $(BIN)/baseplus demo

test: $(READY) $(KAFKA) no-platform-module ## every test: unit, property, integration, end to end
	@$(BIN)/pytest -m "not soak" -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(READY) no-platform-module ## format, lint, strict types, import contracts, dead code
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports && $(BIN)/vulture && $(BIN)/mypy

bench: $(READY) $(KAFKA) ## measure, one JSON line per figure
	@$(BIN)/python -m tests.benchmarks

soak: $(READY) $(KAFKA) no-platform-module ## the long runs: kills at random moments, long races, mutants of rules
	@$(BIN)/pytest -m soak

format: $(READY) ## format and mend what can be mended
	@$(BIN)/ruff check --fix-only -q . && $(BIN)/ruff format .

contracts: $(READY) ## write the schema and a golden event of each new event type
	@$(BIN)/python -m tests.contracts

texts: $(READY) ## add to the catalogues what the pages say and is not translated yet
	@$(BIN)/python -m tests.pages

reference: $(READY) ## write docs/reference from the declarations
	@$(BIN)/python -m infra.reference docs/reference

lock: ## pin all dependencies with hashes (needs uv)
	@uv pip compile pyproject.toml --all-extras --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock -q

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "baseplus needs Python 3.11 or newer: PYTHON=/path/to/python3 make")'
	@echo "Setting up .venv (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(KAFKA): $(READY) infra/kafka/pom.xml
	@$(BIN)/baseplus kafka fetch
	@touch $@

# A module there would hide the standard library's `platform`, and pytest itself would crash.
no-platform-module:
	@if ls platform/*.py >/dev/null 2>&1; then echo "platform/*.py hides the standard library's module: move it into platform/baseplus/" >&2; exit 1; fi

.PHONY: help demo test check bench soak format contracts texts lock no-platform-module
