# `make demo` sets up what is missing and serves the application with demo data.
# `make test` sets up what is missing and runs everything that guards the project.
BIN := .venv/bin
SETUP := pyproject.toml uv.lock tools/setup.sh

#  Many tests wait for a server or a browser to start: one process more than there are cores.
TESTERS := $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -lt 4 ] && echo $$((n + 1)) || echo 4)

#  What is compiled once need not be by each of the processes that tests start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit bench translations format clean

help:
	@sed -n 's/^# \([^ ]\)/\1/p' Makefile
	@echo 'Further: make lint, make unit, make bench, make translations, make format, make clean'

demo: var/ready-to-run
	@$(BIN)/maturity demo

test: lint
	@$(BIN)/pytest -q -n $(TESTERS) --dist worksteal

lint: var/ready-to-test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

UNITS := tests/scoring tests/charts tests/cli $(wildcard tests/survey/test_re*.py) \
	$(wildcard tests/survey/test_ins*.py) tests/survey/test_routing.py

unit: var/ready-to-test
	@$(BIN)/pytest -q -n $(TESTERS) --dist worksteal -m 'not slow' $(UNITS)

bench: var/ready-to-test
	@$(BIN)/python bench/run.py

translations: var/ready-to-test
	@$(BIN)/python tools/translations.py

format: var/ready-to-test
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

clean:
	rm -rf .venv var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

var/ready-to-run: $(SETUP)
	@tools/setup.sh run
	@touch $@

var/ready-to-test: $(SETUP) tools/axe/package-lock.json
	@tools/setup.sh test
	@touch $@ var/ready-to-run
