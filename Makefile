# Needs a POSIX shell, make and python3 (3.11 or newer) with venv; everything else is installed into .venv from pinned
# and hashed requirements. Another interpreter: make PYTHON=python3.13 demo

.POSIX:
PYTHON = python3
BIN = .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

help: ## list what can be made (default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: .venv/ready-base ## install the program into .venv

experiments: .venv/ready-experiments ## add what sweeps, sensitivity and survival need

demo: .venv/ready-base ## run the main scenario 20 times: table, figure and data in demo/
	$(BIN)/thermidor run russia-1917 --replicates 20 --out demo --force

demo-lab: .venv/ready-lab ## open the lab in a browser (Ctrl-C ends it)
	$(BIN)/thermidor lab

test: lint ## check style and types, then run every test
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: .venv/ready-test ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready-bench ## measure speed against the bars
	$(BIN)/python benchmarks/bench.py

docs: .venv/ready-docs ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

figures: .venv/ready-experiments ## draw all pictures again and live the shipped designs (about an hour, kept in sweeps/)
	$(BIN)/python docs/figures.py
	$(BIN)/python docs/figures.py --mean-field
	$(BIN)/python docs/sweeps.py
	$(BIN)/python docs/settled.py
	$(BIN)/python docs/shown.py
	$(BIN)/python docs/build.py

validate: .venv/ready-experiments ## run the model against the record and the expectations (about half an hour)
	$(BIN)/python -m validation

LIBRARY = src/thermidor/scenarios/library
DERIVE = $(BIN)/thermidor derive russia-1917 --at 1970-01 --regime proletarian-bonapartism

derived: .venv/ready-base ## make the scenarios that begin from a later state of another
	$(DERIVE) --name russia-1970 --to $(LIBRARY)/russia-1970.yaml
	$(DERIVE) --name russia-1970-twin --twin russia --to $(LIBRARY)/russia-1970-twin.yaml

pins: .venv/ready-base ## choose new versions: write requirements/*.txt (use the oldest Python)
	$(BIN)/python -m venv .venv/tools
	.venv/tools/bin/pip install --quiet pip-tools
	cd requirements && for set in base experiments lab test docs bench; do \
		CUSTOM_COMPILE_COMMAND='make pins' ../.venv/tools/bin/pip-compile --quiet --upgrade --generate-hashes \
			--allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			--output-file $$set.txt $$set.in || exit 1; \
	done

clean: ## remove what make has made, but for lived sweeps (sweeps/)
	rm -rf .venv demo out site build dist src/*.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests docs validation examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup experiments demo demo-lab test lint bench docs figures validate derived pins clean

# A stamp for each set of requirements: nothing is installed twice.

.venv/ready-base: requirements/base.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Thermidor needs Python 3.11 or newer, and there is no '$(PYTHON)' here." \
		"On Debian or Ubuntu: apt install python3 python3-venv. Under another name: make PYTHON=NAME" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11)' 2>/dev/null || { \
		echo "Thermidor needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) -V 2>&1`." \
		"Install a newer one and name it: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual environments." \
		"On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (once; 600 MB)"
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-experiments: .venv/ready-base requirements/experiments.txt
	$(INSTALL) -r requirements/experiments.txt
	@touch $@

.venv/ready-lab: .venv/ready-base requirements/lab.txt
	$(INSTALL) -r requirements/lab.txt
	@touch $@

.venv/ready-test: .venv/ready-experiments .venv/ready-lab requirements/test.txt
	$(INSTALL) -r requirements/test.txt
	@touch $@

.venv/ready-docs: .venv/ready-base requirements/docs.txt
	$(INSTALL) -r requirements/docs.txt
	@touch $@

.venv/ready-bench: .venv/ready-base requirements/bench.txt
	$(INSTALL) -r requirements/bench.txt
	@touch $@
