# Tongtang. `make run` starts everything on this machine; `make test` proves it. No root needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check check-style check-types check-web bench bench-data soak screenshots generate generated-is-current lock reset web

# Servers start some hundred times in a run of the tests: what they import is compiled once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

STEP := @sh scripts/step
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
DATA_DIR := $(or $(TONGTANG_DATA_DIR),data)

# Node 20.19 or newer from the machine, else one from a Python package.
NODE_OK := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
ifeq ($(NODE_OK),yes)
NODE_STAMP :=
else
NODE_STAMP := .tools/node/.stamp
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)
endif

WEB_SOURCES := $(shell find web docs/guide docs/screens -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)

help:
	@echo "make run          start everything here and print the address (TLS=1: https for other computers too)"
	@echo "make test         every test, with a table of what ran"
	@echo "make check        style, types and import rules"
	@echo "make screenshots  docs/screens/ anew, from a running demo (PARTS='lesson office …': only these)"
	@echo "make generate     TypeScript types from the server's own contracts"
	@echo "make bench        what forwarding costs, beside Janus where that is installed (a quarter of an hour, a quiet machine)"
	@echo "make bench-data   how long pages wait over a county of 500 schools (needs PostgreSQL, a quiet machine)"
	@echo "make soak         the long tests: dozens of kill -9"
	@echo "make reset        forget the data of this folder (asks first)"
	@echo "make lock         resolve the lock files again"

# --- what is installed, each behind a stamp -------------------------------------------------------

.venv/bin/python:
	@sh scripts/find-python >/dev/null
	$(STEP) "Python environment" sh scripts/make-venv

.venv/.stamp-run: requirements.lock | .venv/bin/python
	$(STEP) "Python packages" $(PIP) -r requirements.lock
	@touch $@

.venv/.stamp-dev: requirements-dev.lock .venv/.stamp-run
	$(STEP) "Development packages" $(PIP) -r requirements-dev.lock
	@touch $@

.tools/node/.stamp: requirements-node.lock | .venv/bin/python
	$(STEP) "Node.js (none of 20.19 or newer found)" sh scripts/make-node
	@touch $@

web/node_modules/.stamp: web/package-lock.json $(NODE_STAMP)
	$(STEP) "Web packages" npm ci --prefix web --no-audit --no-fund
	@touch $@

web/dist/.stamp: web/node_modules/.stamp $(WEB_SOURCES)
	$(STEP) "Web pages" npm run build --prefix web
	@touch $@

web: web/dist/.stamp

# --- use ------------------------------------------------------------------------------------------

run: .venv/.stamp-run web/dist/.stamp
	@exec $(PY) -m app run $(if $(TLS),--tls)

reset:
	@printf 'Delete %s with every lesson and recording in it? Type yes: ' "$(DATA_DIR)"; \
	read answer; [ "$$answer" = yes ] && rm -rf -- "$(DATA_DIR)" && echo "Deleted." || echo "Nothing was deleted."

# --- proof ----------------------------------------------------------------------------------------

# Three lanes (see tests/conftest.py): what waits for browsers beside what computes.
LANES := -n 3 --dist loadscope --no-loadscope-reorder

test: .venv/.stamp-dev web/dist/.stamp .tools/.stamp-test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest $(LANES) $(ARGS)

.tools/.stamp-test: scripts/install-test-tools | .venv/.stamp-dev
	$(STEP) "Browser and servers for the tests" sh scripts/install-test-tools
	@mkdir -p .tools && touch $@

check: check-style check-types check-web generated-is-current

check-style: .venv/.stamp-dev
	$(STEP) "ruff check" .venv/bin/ruff check .
	$(STEP) "ruff format" .venv/bin/ruff format --check .
	$(STEP) "import rules" .venv/bin/lint-imports

check-types: .venv/.stamp-dev
	$(STEP) "mypy" .venv/bin/mypy

check-web: web/node_modules/.stamp
	$(STEP) "web: types, style, browser support" npm run check --prefix web

generate: .venv/.stamp-dev web/node_modules/.stamp
	@mkdir -p .tools/generated
	@$(PY) -m app export-schema > .tools/generated/signaling.json
	@$(PY) -m app export-openapi > .tools/generated/openapi.json
	@$(PY) -m app export-data-map zh > docs/data-map.zh-CN.md
	@$(PY) -m app export-data-map en > docs/data-map.en.md
	$(STEP) "web/src/generated/signaling.ts" node web/scripts/generate-signaling.mjs $(CURDIR)/.tools/generated/signaling.json
	$(STEP) "web/src/generated/api.ts" node web/scripts/generate-api.mjs $(CURDIR)/.tools/generated/openapi.json

# The long forms, by hand; results and commands are kept under docs/measurements/.
soak: .venv/.stamp-dev web/dist/.stamp .tools/.stamp-test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest tests/soak -m soak -s $(ARGS)

bench: .venv/.stamp-dev
	@$(PY) -m tests.bench.forwarding $(ARGS)

bench-data: .venv/.stamp-dev web/dist/.stamp
	@$(PY) -m tests.bench.pages $(ARGS)

screenshots: .venv/.stamp-dev web/dist/.stamp .tools/.stamp-test
	@$(PY) -m tests.screens $(PARTS)

# `make generate` must leave what is committed as it is.
generated-is-current: .venv/.stamp-dev web/node_modules/.stamp
	@mkdir -p .tools && rm -rf .tools/generated-before && cp -r web/src/generated .tools/generated-before
	@$(MAKE) --no-print-directory generate
	@diff -ru .tools/generated-before web/src/generated || { rm -rf .tools/generated-before; \
	  echo "web/src/generated was out of date; commit what 'make generate' wrote."; exit 1; }
	@rm -rf .tools/generated-before

# --- lock files -----------------------------------------------------------------------------------

.tools/uv/.stamp: | .venv/bin/python
	$(STEP) "uv" $(PY) -m pip install --quiet --disable-pip-version-check --target .tools/uv uv
	@touch $@

UV_COMPILE := .tools/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 --custom-compile-command 'make lock'

lock: .tools/uv/.stamp
	$(STEP) "requirements.lock" $(UV_COMPILE) pyproject.toml -o requirements.lock
	$(STEP) "requirements-dev.lock" $(UV_COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(STEP) "requirements-node.lock" $(UV_COMPILE) --group node -o requirements-node.lock
