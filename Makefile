# make serve   serve the API on http://127.0.0.1:8000, from nothing
# make test    the tests that protect most, in less than three minutes; with DATABASE= and SUITE= all others
# make test-all  every test, on both databases
# make coverage  the same as make test, and which branches it runs; fails below 95 %
# make lint    what CI also looks at: style, types, imports, the pack, the document
# make bench   compare with a bare server and with others, in less than ten minutes: docs/benchmarks.md
# make bench-full  the same at length, and how it grows up to a million quotes
# make clients  a Python and a TypeScript client, in build/clients

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# What node runs on the document. Where there is no npm, lint and tests say what they left out.
NPM := $(shell command -v npm)
TOOLS := openapi/node_modules/.installed
JSON_SERVER := bench/servers/json_server/node_modules/.installed

# Tests start many processes, and each would compile all modules again if none were kept compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test test-all test-rest coverage lint lint-code lint-document bench bench-full clients lock clean

serve: $(VENV)/.serve
	@exec $(BIN)/subtext serve

# Which database: sqlite, postgresql or all. PostgreSQL's server is named by SUBTEXT_TEST_DATABASE_URL.
DATABASE ?= sqlite
# Which tests, by their markers (see pyproject.toml).
EXTENDED := browser or bench or documents or schemathesis or slow
SUITE ?= not ($(EXTENDED))
# Anything else for pytest: files, -k, -x.
ARGS ?=
PYTEST = $(BIN)/python -m pytest --numprocesses auto --dist worksteal --database $(DATABASE)

test: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(PYTEST) -m "$(SUITE)" $(ARGS)

test-all: DATABASE := all
test-all: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(PYTEST) --durations=30 --durations-min=5 $(ARGS)

coverage: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(PYTEST) -m "$(SUITE)" --cov --cov-report=term:skip-covered $(ARGS)

# What `make coverage` has not run.
test-rest: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(MAKE) --no-print-directory test DATABASE=postgresql
	@$(MAKE) --no-print-directory test DATABASE=all SUITE="$(EXTENDED)" ARGS="--durations=30 --durations-min=5"

lint: lint-code lint-document

lint-code: $(VENV)/.test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo

lint-document: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(BIN)/subtext check && $(BIN)/subtext openapi --check
	@$(BIN)/python -m openapi.lint && $(BIN)/python -m openapi.promise

bench: $(VENV)/.bench $(if $(NPM),$(JSON_SERVER))
	@$(BIN)/python -m bench

# The catalogues are kept: a million quotes take a while to make up.
CATALOGUES := sqlite:///$(CURDIR)/build/bench/catalogue-{quotes}.sqlite3
ifdef SUBTEXT_TEST_DATABASE_URL
CATALOGUES += $(dir $(SUBTEXT_TEST_DATABASE_URL))subtext_catalogue_{quotes}
endif

bench-full: $(VENV)/.bench $(if $(NPM),$(JSON_SERVER))
	@mkdir -p build/bench
	@$(BIN)/python -m bench.growth --quotes 1000 10000 100000 1000000 $(CATALOGUES:%=--at "%")
	@$(BIN)/python -m bench --kind full

clients: $(VENV)/.test $(TOOLS)
	@$(BIN)/python -m openapi.clients build/clients

# Dependencies are installed when the lock changed, and only then.
$(VENV)/.serve: requirements.txt pyproject.toml api/core/release.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.serve
	@$(PIP) install --require-hashes --no-deps -r requirements-test.txt
	@touch $@

# Whom we are compared with.
$(VENV)/.bench: requirements-bench.txt $(VENV)/.serve
	@$(PIP) install --require-hashes --no-deps -r requirements-bench.txt
	@touch $@

$(JSON_SERVER): bench/servers/json_server/package-lock.json bench/servers/json_server/.npmrc
	@npm --prefix bench/servers/json_server ci --silent
	@touch $@

$(TOOLS): openapi/package-lock.json openapi/.npmrc
	@command -v npm >/dev/null || { echo "The TypeScript client needs node and npm." >&2; exit 1; }
	@npm --prefix openapi ci --silent
	@touch $@

# Needs uv and npm; hosts never enter the files.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra test -o requirements-test.txt
	$(LOCK) pyproject.toml --extra bench --constraint requirements-test.txt -o requirements-bench.txt
	npm --prefix openapi run lock
	npm --prefix bench/servers/json_server run lock

clean:
	rm -rf $(VENV) var build openapi/node_modules bench/servers/json_server/node_modules
