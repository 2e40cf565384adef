# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
PYTHON := $(VENV)/bin/python
DEMO := NINTEI_DEMO=1 PORT=$(PORT) FLASK_APP=wsgi
T ?= tests
# What lands is judged in one order that can be told again; everybody else's runs look for orders that do not work.
ORDER := $(if $(filter true,$(CI)),--randomly-seed=20261001)

.PHONY: help setup run dev code test check proof proof-full bench shots demo content migration clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/.ready instance/fonts/.ready ## Prepare everything, start nothing

$(VENV)/.ready: requirements.txt
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@echo "Installing what the site needs ..."
	@$(VENV)/bin/pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt $(VENV)/.ready
	@echo "Installing check and proof tools ..."
	@$(VENV)/bin/pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $@

instance/fonts/.ready: $(VENV)/.ready
	@echo "Preparing the certificate fonts (once, about 20 seconds) ..."
	@mkdir -p instance/fonts
	@$(PYTHON) -m certificates.fonts instance/fonts
	@touch $@

run: setup demo ## Serve the demo on 127.0.0.1:8000 with its worker (PORT= moves it, Ctrl-C stops both)
	@$(DEMO) $(PYTHON) scripts/serve.py --port $(PORT)

dev: setup demo ## Serve with reloading, for development
	@$(DEMO) $(VENV)/bin/flask run --debug --host 127.0.0.1 --port $(PORT)

demo: setup
	@$(DEMO) $(VENV)/bin/flask db upgrade
	@$(DEMO) $(VENV)/bin/flask demo fill

code: setup ## Print the demo staff's current second-factor codes
	@$(DEMO) $(VENV)/bin/flask user codes

test: setup $(VENV)/.dev-ready ## Every test: engine once, rooms on both databases, one browser (T=path for a part)
	@scripts/system-packages.sh
	@$(PYTHON) -m pytest $(T) -m "not proof" -n 3 --dist worksteal $(ORDER)

check: $(VENV)/.dev-ready ## Format, lint, types, floors, templates
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/djlint lms --lint --quiet

proof: setup $(VENV)/.dev-ready ## Bounded proofs: bursts alone, then kills, power cuts, outages, deadlines, sweep side by side
	@scripts/system-packages.sh
	@$(PYTHON) -m pytest tests/proof/test_bursts.py -m proof -p no:randomly -q -rP
	@$(PYTHON) -m pytest tests -m proof -p no:randomly --deselect tests/proof/test_bursts.py -n 2 --dist worksteal -q -rP --timeout=900

proof-full: export NINTEI_PROOF := full
proof-full: proof ## The same at full size: 1,000 certificates, 100,000 guesses, 200 essays at once (long, not in CI)

bench: setup $(VENV)/.dev-ready ## What an autosave, an exam page and a certificate cost, as multiples of the barest program
	@scripts/system-packages.sh
	@$(PYTHON) -m tests.bench

shots: setup $(VENV)/.dev-ready ## Screenshots of the demo's pages at three widths into build/shots
	@scripts/system-packages.sh
	@$(PYTHON) scripts/shots.py

content: setup ## Check every lesson, question and template
	@$(DEMO) $(VENV)/bin/flask content check

migration: $(VENV)/.dev-ready ## Write a migration for changed models (M="what changes")
	@$(DEMO) $(VENV)/bin/flask db migrate -m "$(M)"

clean: ## Remove the virtual environment and caches (keeps instance/)
	@rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
