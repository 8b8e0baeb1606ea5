# `make help` lists what there is. Only Python 3.11 or newer and make are needed.
VENV ?= .venv
BIN := $(VENV)/bin
PHASE := ops/phase.sh
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	[ $$n -gt 4 ] && n=4; [ $$n -lt 2 ] && n=2; echo $$n)
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check unit bench faults lock format venv venv-dev system

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## start everything on PORT (8000) with its data in DATA_DIR (.data); Ctrl-C stops it
	@exec $(BIN)/python -m ops.supervisor

test: system check unit ## everything continuous integration runs

check: venv-dev ## style, types, room boundaries, templates
	@$(PHASE) "style" $(BIN)/ruff check --quiet .
	@$(PHASE) "format" $(BIN)/ruff format --quiet --check .
	@$(PHASE) "types" $(BIN)/mypy --no-error-summary .
	@$(PHASE) "room boundaries" $(BIN)/lint-imports
	@$(PHASE) "templates" $(BIN)/djlint --lint --quiet web/templates web/sandbox/templates web/sandbox/hub/templates

unit: venv-dev ## the tests alone; ARGS=… goes to pytest
	@$(PHASE) "tests" $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

bench: venv-dev ## measure round trips and list pages beside their floors
	@$(BIN)/python -m bench $(ARGS)

faults: venv-dev ## the long run: random kills of every process while the main job goes on
	@FAULT_KILLS=$${FAULT_KILLS:-100} $(BIN)/python -m pytest tests/faults --timeout=7200 $(ARGS)

lock: venv-dev ## resolve pyproject.toml anew into the hashed locks
	@$(COMPILE) --upgrade --output-file requirements.lock
	@$(COMPILE) --upgrade --extra dev --extra peers --constraint requirements.lock --output-file requirements-dev.lock

format: venv-dev ## put all Python files into the house's format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

venv: ## the virtual environment for running
	@ops/venv.sh $(VENV) run

venv-dev: ## the virtual environment for working
	@ops/venv.sh $(VENV) dev

system: ## browser, PDF tools and Korean fonts for the tests, where apt is at hand
	@ops/debian.sh
