# Two commands are enough: `make demo` shows the scores, `make run` serves them.
.DEFAULT_GOAL := help
.PHONY: help run demo freeze test quick fix coverage lint style types imports deployable faults bench fuzz openapi lock clean browser
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# The first Python that is new enough; or say which one: make run PYTHON=/path/to/python3.12
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# The suite starts Python some hundred times; compiled files make each start cheaper.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
# How many processes run the tests. Many of them wait for servers, so one more than cores pays.
JOBS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
# Not written out in recipes: make would run such lines even under `make -n`.
SELF = $(MAKE) --no-print-directory
PYTEST = $(BIN)/python -m pytest -n $(JOBS)
ALONE = $(BIN)/python -m pytest --last-failed --last-failed-no-failures=none
MANAGE := $(BIN)/python manage.py
# A production configuration whose secret nobody knows; no server is contacted.
AS_PRODUCTION = RISKSCORE_ENV=production RISKSCORE_ALLOWED_HOSTS=risk.example \
	RISKSCORE_SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	DATABASE_URL=postgresql://nobody@db.example/riskscore REDIS_URL=redis://:unused@broker.example/0

help: ## show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run.stamp ## score the bundled projects and serve them on http://127.0.0.1:8000 until Ctrl-C
	@$(MANAGE) demo --serve

demo: .venv/run.stamp ## score the bundled projects, print the tables, stop
	@$(MANAGE) demo

test: style imports browser ## lint, then every test against real servers and real workers, several at once
	@# Types are checked beside the tests: one core, a minute. Either's failure fails, the tests' word is last.
	@$(SELF) types deployable >.venv/lint.log 2>&1 & lint=$$!; \
	trap "kill $$lint 2>/dev/null || :" EXIT; \
	tests=0; $(PYTEST) || tests=$$?; \
	wait $$lint || { cat .venv/lint.log; echo "types or settings FAILED, see above"; exit 1; }; \
	if [ $$tests = 1 ]; then \
		echo "What FAILED above is run once more, with nothing beside it; a second failure is one."; \
		tests=0; $(ALONE) || tests=$$?; \
		[ $$tests != 0 ] || echo "What FAILED above PASSED alone. A test that minds its neighbours is to be mended."; \
	fi; \
	exit $$tests

quick: style types imports ## style, types, and the tests that need no server, no browser and no patience
	$(PYTEST) -m "not servers and not browser and not slow"

fix: .venv/dev.stamp ## repair what ruff can repair, and lay all code out alike
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

coverage: .venv/dev.stamp browser ## which lines the tests run; fails below the floor in pyproject.toml
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(JOBS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

lint: style imports types deployable ## style, imports, types, missing migrations, production settings

style: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/dev.stamp
	$(BIN)/mypy

imports: .venv/dev.stamp
	$(BIN)/lint-imports --no-cache

deployable: .venv/dev.stamp
	$(MANAGE) makemigrations --check --dry-run
	@echo "check --deploy, with production settings"
	@$(AS_PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

faults: .venv/dev.stamp ## the fault suite at full length: 200,000 projects, 20 kills, some minutes
	FAULTS_LONG=1 $(BIN)/python -m pytest -o addopts=-ra tests/faults tests/intake/test_faults.py -s

bench: .venv/dev.stamp ## measure against the references, write var/bench.json; ONLY=name runs one
	@$(MANAGE) bench $(if $(ONLY),--only $(ONLY))

fuzz: .venv/dev.stamp ## hours: Schemathesis, all checks and phases, at a real server; EXAMPLES=n per operation, else 100
	FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/python -m pytest -o addopts=-ra tests/clients/test_fuzz.py -s

openapi: .venv/dev.stamp ## write docs/openapi.json from the code; refuses what would break a client
	$(BIN)/python -m tests.api.openapi_document

lock: .venv/dev.stamp ## pin the newest versions that pyproject.toml allows
	@$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

freeze: ## list new migrations and method files, which nobody edits from then on
	@for f in riskscore/migrations/[0-9]* fixtures/methods/*.yaml; do \
		grep -q "  $$f$$" tests/frozen.sha256 || sha256sum "$$f" >> tests/frozen.sha256; done

clean: ## remove the virtual environment and caches; var/, with the database, stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Browser tests drive Debian's chromium; without it they are skipped, and say so at the end.
browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then :; \
	elif [ -z "$(NO_APT)" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "The browser tests need chromium, which is not here. As you are root, it is now installed"; \
		echo "on this machine by: apt-get update && apt-get install chromium (some 300 MB)."; \
		echo "Not wanted? Press Ctrl-C within 10 seconds, and run: make $(or $(MAKECMDGOALS),test) NO_APT=1"; \
		if [ -t 0 ]; then sleep 10; fi; \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null \
			|| echo "chromium could not be installed: THE BROWSER TESTS WILL BE SKIPPED"; \
	else \
		echo "no chromium here, and nothing is installed: THE BROWSER TESTS WILL BE SKIPPED"; \
	fi

# A stamp remembers which lock file is installed, so that a warm checkout installs nothing.
.venv/run.stamp: requirements.lock
.venv/dev.stamp: requirements-dev.lock
.venv/run.stamp .venv/dev.stamp:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
		"riskscore needs Python 3.11 or newer; $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) -V 2>&1 | head -1)." \
		"Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual" \
		"environments: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "installing $< into .venv (half a minute, once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m riskscore.config.page_scripts
	@touch $@
