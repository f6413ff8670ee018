# Run `make help` for the list of targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Node tools for the OpenAPI document. Without npm, lint and tests report which checks they skip.
NPM := $(shell command -v npm)
TOOLS := openapi/node_modules/.installed
JSON_SERVER := bench/servers/json_server/node_modules/.installed
# Programs of others that show links, embeds and feeds, for the slow tests.
CONSUMERS := build/consumers/.installed build/datasets/.installed $(if $(NPM),tests/consumers/node_modules/.installed)

# Checks of deploy/ and of dependencies.
CHECKERS := build/deploy/.installed

# Generators and importers of other projects, for the slow tests.
GENERATORS := $(VENV)/.generators $(if $(NPM),tests/generators/node_modules/.installed)

# Tests start many processes. Without bytecode files, each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve dev test test-all test-slow drills coverage lint lint-code lint-document audit licences migration bench bench-full \
  clients lock clean

# The descriptions are the comments after `##` below.
help:
	@echo "Usage: make TARGET"
	@awk -F ': *[^#]*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.serve ## install Subtext, load the content and serve it on http://127.0.0.1:8000
	@exec $(BIN)/subtext serve

dev: $(VENV)/.serve ## serve and reload when a file changes; SQL=1 prints every statement
	@exec $(BIN)/subtext dev $(if $(SQL),--sql)

# Which database: sqlite, postgresql or all. PostgreSQL's server is named by SUBTEXT_TEST_DATABASE_URL.
DATABASE ?= sqlite
# Which tests, by their markers (see pyproject.toml).
EXTENDED := browser or bench or documents or schemathesis or slow
SUITE ?= not ($(EXTENDED) or nightly or drill)
# Anything else for pytest: files, -k, -x.
ARGS ?=
# How many tests run at once: one for each core, or more where most wait for a server.
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --database $(DATABASE)

test: $(VENV)/.test $(if $(NPM),$(TOOLS)) ## run the main tests in three minutes; DATABASE=, SUITE= and ARGS= select others
	@$(PYTEST) -m "$(SUITE)" $(ARGS)

test-all: DATABASE := all
test-all: $(VENV)/.test $(if $(NPM),$(TOOLS)) $(CONSUMERS) $(GENERATORS) $(CHECKERS) ## run every test on both databases
	@$(PYTEST) -m "not drill" --durations=30 --durations-min=5 $(ARGS)
	@$(MAKE) --no-print-directory drills

test-slow: DATABASE := all
test-slow: SUITE := (bench or browser or documents or schemathesis or slow or nightly) and not drill
test-slow: $(VENV)/.test $(if $(NPM),$(TOOLS)) $(CONSUMERS) $(GENERATORS) $(CHECKERS) ## run the slow tests on both databases, with many generated requests, and the drills
	@$(PYTEST) -m "$(SUITE)" --durations=30 --durations-min=5 $(ARGS)
	@$(MAKE) --no-print-directory drills

# One at a time: they measure.
drills: DATABASE := all
drills: WORKERS := 0
drills: $(VENV)/.test ## make databases, networks and servers fail under load, and measure what clients notice
	@$(PYTEST) -m drill --durations=30 --durations-min=5 $(ARGS)

# Tracing doubles the time of a test, so CI does this at night.
coverage: DATABASE := $(if $(SUBTEXT_TEST_DATABASE_URL),all,sqlite)
coverage: $(VENV)/.test $(if $(NPM),$(TOOLS)) ## run the main tests and fail below 95 % branch coverage
	@$(PYTEST) -m "$(SUITE)" --cov --cov-report=term:skip-covered $(ARGS)

lint: lint-code lint-document ## check style, types, imports, the content pack and the OpenAPI document

lint-code: $(VENV)/.test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo

lint-document: $(VENV)/.test $(if $(NPM),$(TOOLS))
	@$(BIN)/subtext check && $(BIN)/subtext openapi --check
	@$(BIN)/python -m openapi.lint && $(BIN)/python -m openapi.promise

# Autogenerate compares the models with a new SQLite database that has all migrations.
SCRATCH_DATABASE := build/migration.sqlite3
SCRATCH_ALEMBIC := SUBTEXT_DATABASE_URL=sqlite:///$(SCRATCH_DATABASE) $(BIN)/alembic

# With --strict, a package that the database of advisories does not know is an error, too.
AUDITED := requirements.txt requirements-test.txt $(wildcard docs/recipes/*/requirements.txt)
NPM_AUDITED := openapi $(patsubst %/package-lock.json,%,$(wildcard docs/recipes/*/package-lock.json))
audit: $(CHECKERS) ## look up known vulnerabilities of all locked packages (needs PyPI and npm)
	@for lock in $(AUDITED); do build/deploy/bin/pip-audit --strict --disable-pip --requirement $$lock || exit; done
	@for folder in $(NPM_AUDITED); do npm --prefix $$folder audit --omit=dev || exit; done

licences: $(VENV)/.test ## write docs/licences.md
	@$(BIN)/python deploy/components.py licences > docs/licences.md

migration: $(VENV)/.test ## generate a migration from changed models: NAME="Add light to scenes"
	@test -n "$(NAME)" || { echo 'Usage: make migration NAME="Add light to scenes"' >&2; exit 2; }
	@rm -f $(SCRATCH_DATABASE)* && mkdir -p $(dir $(SCRATCH_DATABASE))
	@$(SCRATCH_ALEMBIC) upgrade head
	@$(SCRATCH_ALEMBIC) --quiet revision --autogenerate --message "$(NAME)"

bench: $(VENV)/.bench $(if $(NPM),$(JSON_SERVER)) ## compare with other servers in ten minutes, for docs/benchmarks.md
	@$(BIN)/python -m bench

# The generated databases are reused, since a million quotes take a while to generate.
CATALOGUES := sqlite:///$(CURDIR)/build/bench/catalogue-{quotes}.sqlite3
ifdef SUBTEXT_TEST_DATABASE_URL
CATALOGUES += $(dir $(SUBTEXT_TEST_DATABASE_URL))subtext_catalogue_{quotes}
endif

bench-full: $(VENV)/.bench $(if $(NPM),$(JSON_SERVER)) ## the same at length, and measure up to a million quotes
	@mkdir -p build/bench
	@$(BIN)/python -m bench.growth --quotes 1000 10000 100000 1000000 $(CATALOGUES:%=--at "%")
	@$(BIN)/python -m bench --kind full

clients: $(VENV)/.clients $(TOOLS) ## build the Python and TypeScript clients in build/clients/dist
	@$(BIN)/python -m openapi.clients build/clients

# Dependencies are only installed again when their lock file changes. The first line runs on any Python 3, so that
# an old one is told instead of failing on new syntax.
INSTALL := $(PYTHON) -P subtext_cli/install.py $(VENV)
$(VENV)/.serve: requirements.txt pyproject.toml api/core/version.py
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Subtext needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another: make serve PYTHON=python3.12" % sys.version_info[:2])'
	@$(INSTALL) requirements.txt --editable
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.serve
	@$(INSTALL) requirements-test.txt
	@touch $@

# The generator of the Python client.
$(VENV)/.clients: requirements-clients.txt $(VENV)/.serve
	@$(INSTALL) requirements-clients.txt
	@touch $@

# Programs of others have dependencies of their own, which must not change ours.
build/consumers/.installed: requirements-consumers.txt $(VENV)/.serve
	@$(PYTHON) -P subtext_cli/install.py build/consumers requirements-consumers.txt
	@touch $@

build/datasets/.installed: requirements-datasets.txt $(VENV)/.serve
	@$(PYTHON) -P subtext_cli/install.py build/datasets requirements-datasets.txt
	@touch $@

build/deploy/.installed: requirements-deploy.txt
	@$(PYTHON) -P subtext_cli/install.py build/deploy requirements-deploy.txt
	@touch $@

tests/consumers/node_modules/.installed: tests/consumers/package-lock.json tests/consumers/.npmrc
	@npm --prefix tests/consumers ci --silent
	@touch $@

# The servers that benchmarks compare with. Also install wrk, a Debian package, to send the requests.
$(VENV)/.bench: requirements-bench.txt $(VENV)/.serve
	@$(INSTALL) requirements-bench.txt
	@touch $@

# Generators of other projects. They and their clients also need Debian packages, which .ci/nightly names.
$(VENV)/.generators: requirements-generators.txt $(VENV)/.test
	@$(INSTALL) requirements-generators.txt
	@touch $@

tests/generators/node_modules/.installed: tests/generators/package-lock.json tests/generators/.npmrc
	@npm --prefix tests/generators ci --silent
	@touch $@

$(JSON_SERVER): bench/servers/json_server/package-lock.json bench/servers/json_server/.npmrc
	@npm --prefix bench/servers/json_server ci --silent
	@touch $@

$(TOOLS): openapi/package-lock.json openapi/.npmrc
	@command -v npm >/dev/null || { echo "The TypeScript client needs node and npm." >&2; exit 1; }
	@npm --prefix openapi ci --silent
	@touch $@

# The lock files contain hashes, but no hosts.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: ## lock all dependencies (needs uv and npm)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra test --group clients -o requirements-test.txt
	$(LOCK) --group clients --constraint requirements-test.txt -o requirements-clients.txt
	$(LOCK) --group generators --constraint requirements-test.txt -o requirements-generators.txt
	$(LOCK) pyproject.toml --extra bench --constraint requirements-test.txt -o requirements-bench.txt
	$(LOCK) --group consumers -o requirements-consumers.txt
	$(LOCK) --group datasets -o requirements-datasets.txt
	$(LOCK) --group deploy -o requirements-deploy.txt
	npm --prefix openapi run lock
	npm --prefix tests/consumers run lock
	npm --prefix bench/servers/json_server run lock
	npm --prefix tests/generators run lock
	for recipe in $(dir $(wildcard docs/recipes/*/package.json)); do \
	  (cd $$recipe && npm install --package-lock-only && node $(CURDIR)/openapi/lock.js) || exit; done
	for recipe in $(dir $(wildcard docs/recipes/*/requirements.in)); do \
	  $(LOCK) $${recipe}requirements.in -o $${recipe}requirements.txt || exit; done

clean: ## delete everything that make creates, including the database in var/
	rm -rf $(VENV) var build openapi/node_modules tests/consumers/node_modules bench/servers/json_server/node_modules
