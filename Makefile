# Every target does its own set-up in .venv; the hub's data in .hub is never touched from here.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input
PINS := requirements-build.txt requirements.txt
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
EXPLORER := node_modules/.installed
CLIENTS := tests/clients/node_modules/.installed
SIDE_BY_SIDE := --numprocesses auto --dist worksteal

export PYTHON
export PYTHONUTF8 := 1
# Tests start hundreds of processes, each of which would compile the hub again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print every target with one sentence
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: run
run: $(RUN_READY) $(EXPLORER) ## Make a small city, load it and serve it on this machine, with two queries to try
	@$(BIN)/hub demo

.PHONY: test
test: check $(EXPLORER) $(CLIENTS) ## Run everything that CI runs: the checks, then the tests
	@echo "Running the tests"
	@$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

.PHONY: test-slow
test-slow: $(TEST_READY) $(EXPLORER) $(CLIENTS) ## Run the tests that take longer than CI allows
	@$(BIN)/python -m pytest -m slow

.PHONY: check
check: $(TEST_READY) ## Check style, types, layers and the compose file
	@echo "Checking style, types and layers"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@tools/check_compose.sh

.PHONY: bench
bench: $(TEST_READY) ## Measure the hub on this machine; options in ARGS, as ARGS="--persons 100 --entities 10 --no-peer"
	@$(BIN)/python -m bench $(ARGS)

.PHONY: bench-intake
bench-intake: $(TEST_READY) ## Measure how fast records are taken in, as a ratio of raw COPY; options in ARGS
	@$(BIN)/python -m bench.intake $(ARGS)

.PHONY: schema
schema: $(RUN_READY) ## Write schema.graphql anew from the model
	@$(BIN)/hub schema --write schema.graphql

.PHONY: requirements
requirements: ## Pin anew what pyproject.toml and package.json name, with hashes
	@tools/requirements.sh

.PHONY: explorer
explorer: ## Fetch the explorer's files with npm
	@tools/explorer.sh

.PHONY: clean
clean: ## Remove what was built, installed and cached, and never the hub's data in .hub
	@rm -rf $(VENV) node_modules build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -path ./.hub -prune -o -type d \( -name __pycache__ -o -name '*.egg-info' \) -exec rm -rf {} +

$(RUN_READY): $(PINS) pyproject.toml
	@tools/environment.sh
	@echo "Installing what the hub needs, with pip: some 300 MB, a few minutes"
	@$(PIP_INSTALL) --require-hashes $(PINS:%=-r %)
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_READY): $(RUN_READY) requirements-dev.txt
	@echo "Installing what the tests need, with pip: a few minutes"
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(EXPLORER): package-lock.json
	@tools/explorer.sh

$(CLIENTS): tests/clients/package-lock.json
	@tools/clients.sh
