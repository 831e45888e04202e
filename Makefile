# Two commands for a newcomer: `make run` and `make test`. `make check` is lint, types and import contracts.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := welfare-out/sample-trial
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: run test long fast check format lock clean

run: $(VENV)/.run
	@$(BIN)/welfare sample $(SAMPLE) > /dev/null
	@$(BIN)/welfare run $(SAMPLE)/sample-1.jsonl.gz --release sample-1 --out welfare-out/sample-1 > /dev/null; \
	  code=$$?; [ $$code -eq 0 ] || [ $$code -eq 99 ] || exit $$code
	@$(BIN)/welfare run $(SAMPLE)/sample-2.jsonl.gz --release sample-2 --out welfare-out/sample-2 \
	  --baseline welfare-out/sample-1; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 99 ] || exit $$code

test: $(VENV)/.test
	$(BIN)/python -m pytest tests

long: $(VENV)/.test
	$(BIN)/python -m pytest tests -m long

fast: $(VENV)/.test
	$(BIN)/python -m pytest tests/unit

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Resolves every dependency anew and pins what came out.
lock:
	rm -rf $(VENV)/lock && $(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --upgrade pip && $(VENV)/lock/bin/pip install --quiet ".[dev]"
	$(VENV)/lock/bin/pip freeze --exclude welfare-expression-miner | sed 's/+cpu$$//' > constraints.txt
	rm -rf $(VENV)/lock

clean:
	rm -rf $(VENV) welfare-out build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Python 3.11 is needed; name it with: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/pip install --quiet -c constraints.txt -e ".[dev]"
	@touch $@
