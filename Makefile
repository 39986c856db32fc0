# Two commands: `make demo` (environment, install, the recipe on built-in data, report) and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
export OMP_WAIT_POLICY ?= passive

.PHONY: demo test cover lint prove docs clean

$(BIN)/nohero: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[test]"
	@touch $@

demo: $(BIN)/nohero
	$(BIN)/nohero run built-in:digits --budget 120s --out runs
	@$(BIN)/nohero report --out runs --where

test: $(BIN)/nohero
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

# Tracing every line doubles the time of the suite, so it is a command of its own.
cover: $(BIN)/nohero
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term -q

lint: $(BIN)/nohero
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[test,dev]"
	$(BIN)/ruff check .
	$(BIN)/mypy

prove: $(BIN)/nohero
	$(BIN)/nohero prove

docs: $(BIN)/nohero
	$(BIN)/python docs/make.py --matrix

clean:
	rm -rf $(VENV) build dist
