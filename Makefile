# The only door: `make` prints what there is.
PYTHON ?= python3
BIN := .venv/bin
STACK := $(BIN)/aftercare stack
COVERED_MIN := 95
TEST_PROCESSES := 2

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.PHONY: help setup setup-dev demo up down status test test-fast test-faults test-interop simulate lint fmt bench docs ci clean

help: ## print these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed ## install what running needs into .venv

setup-dev: .venv/.installed-dev ## install what developing needs as well

demo: .venv/.installed ## the main job, on generated people and real units: a list in, rates out, rebuilt
	@$(BIN)/python -m deploy.demo

up: .venv/.installed ## start everything and leave it running
	@$(BIN)/aftercare up

down: ## stop what `make up` started; the data stay
	@if [ -x $(BIN)/aftercare ]; then $(STACK) down; else echo "nothing is installed"; fi

status: ## how each part is
	@$(STACK) status || true

test: lint ## everything that must hold before a change lands
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) tests/simulation
	@$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/simulation --cov=libs --cov=services --cov-report=
	@for part in 'libs/events/*' 'libs/law/*' 'services/*/domain/*'; do \
		echo "branches of $$part:" && $(BIN)/coverage report --include="$$part" --skip-covered --fail-under=$(COVERED_MIN) || exit 1; \
	done

test-fast: .venv/.installed-dev ## the tests that need no server
	@$(BIN)/python -m pytest -q -m "not stack and not faults and not interop"

test-faults: .venv/.installed-dev ## faults under load on real engines, into docs/reference/faults.md; an hour
	@FAULT_BOOK=1 $(BIN)/python -m pytest -q -m "faults or row" tests/faults

test-interop: .venv/.installed-dev ## programs of others read what we publish: AsyncAPI parser, CloudEvents SDKs
	@$(BIN)/python -m pytest -q -m interop tests/interop

simulate: .venv/.installed-dev ## the library in a simulated world: SEEDS=0:1000, or one seed again; PLANTED=1 plants bugs
	@$(BIN)/python -m tests.simulation $(if $(PLANTED),--planted,--seeds $(or $(SEEDS),0:1000))

lint: .venv/.installed-dev ## formatting, lint, types, which room may import which, and generated pages
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -1
	@$(BIN)/python -m deploy.reference --check

fmt: .venv/.installed-dev ## format, and mend what lint can mend
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

bench: .venv/.installed-dev ## the figures of the design, as ratios beside peers
	@$(BIN)/python -m benchmarks

docs: .venv/.installed-dev ## generate docs/reference
	@$(BIN)/python -m deploy.reference

ci: test ## what CI calls

clean: down ## remove what was installed and what the stack stored
	rm -rf .venv .local

.venv/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Aftercare needs Python 3.11 or newer; name one with make PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (once)" && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "installing what developing needs into .venv (once)" && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
