# Two commands do it all: `make run` starts Ronde, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench clean messages

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

# The catalogues brought up to date with the sources; what is new stands there without a translation.
messages:
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F config/babel.cfg -k _l -k ngettext:1,2 --no-location --sort-output -o var/messages.pot .
	@for language in fr nl; do \
	  $(BIN)/pybabel -q update -i var/messages.pot -d service_app/translations -l $$language --no-fuzzy-matching --ignore-obsolete --no-wrap; done
	@$(BIN)/python -m config.typography

clean:
	rm -rf .venv var service_app/static/dist service_app/frontend/node_modules
