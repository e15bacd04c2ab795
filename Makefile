# Two commands do it all: `make run` starts Ronde, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench clean

run:
	@$(PYTHON) config/bootstrap.py run
	@exec $(BIN)/ronde up

test:
	@$(PYTHON) config/bootstrap.py test
	@$(BIN)/python -m pytest -n auto $(ARGS)

check:
	@$(PYTHON) config/bootstrap.py checks
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint service_app --check --quiet && $(BIN)/djlint service_app --lint --quiet

bench:
	@$(PYTHON) config/bootstrap.py test
	@$(BIN)/python -m tests.bench $(ARGS)

clean:
	rm -rf .venv var service_app/static/dist service_app/frontend/node_modules
