# `make run` writes episodes (the console, or the Discord bot where .env holds a token); `make test` checks all;
# `make worker` carries out trainings of other machines' bots (docs/scale.md).
# Both set themselves up in .venv, from the versions and hashes in requirements.lock; the noise of that goes to
# standard error.

# The first Python that fits; name another with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

.PHONY: run worker test lint style types imports pytest bench lock clean

run: $(READY)
	@$(VENV_PYTHON) -m bot $(ARGS)

worker: $(READY)
	@$(VENV_PYTHON) -m bot.worker

# The types are checked beside the tests, which wait now and then.
test: style imports
	@$(MAKE) --no-print-directory --jobs 2 types pytest

lint: style imports types

style: $(READY)
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .

imports: $(READY)
	$(VENV)/bin/lint-imports

types: $(READY)
	$(VENV_PYTHON) -m mypy

pytest: $(READY)
	$(VENV_PYTHON) -m pytest -q --numprocesses logical --maxprocesses 4 --dist worksteal $(ARGS)

bench: $(READY)
	$(VENV_PYTHON) -m benchmarks $(ARGS)

# Pins the newest versions that pyproject.toml allows.
LOCK := $(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet
lock: $(READY)
	$(VENV_PYTHON) -m pip install --quiet uv
	$(LOCK) --extra train --extra dev --extra postgresql --output-file requirements.lock
	$(LOCK) --extra postgresql --constraint requirements.lock --output-file requirements-bot.lock
	$(LOCK) --extra train --extra postgresql --constraint requirements.lock --output-file requirements-train.lock
	$(LOCK) --extra train --extra gpu --extra postgresql --constraint requirements.lock \
		--output-file requirements-gpu.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock
	@test -n "$(PYTHON)" || { echo "Holosuite needs Python 3.11, 3.12 or 3.13; install one of them, or name it with make PYTHON=..." >&2; exit 1; }
	@echo "Setting up $(VENV), once; this takes a few minutes." >&2
	@$(PYTHON) -m venv --clear $(VENV) >&2 </dev/null
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements.lock >&2 </dev/null
	@touch $@
