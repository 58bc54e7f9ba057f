# make only wraps: each target is a plain command behind the set-up it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_ARGS ?=
JOBS ?= auto
export NO_MKDOCS_2_WARNING = 1

.PHONY: help setup tools serve site test check lighthouse nightly mutants seeds margins format clean

help:  ## show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# The stamp holds the environment for as long as the lock and the metadata stand.
$(VENV)/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

setup: $(VENV)/.ready  ## make the environment in .venv

TOOLS := tests/site/tools
$(TOOLS)/node_modules/.ready: $(TOOLS)/package.json $(TOOLS)/package-lock.json
	npm ci --prefix $(TOOLS) --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

tools: $(TOOLS)/node_modules/.ready  ## fetch the HTML checker and Lighthouse (Node; Java to run the former)

serve: setup  ## run every snippet and show the site on 127.0.0.1:8000
	$(BIN)/python -m mkdocs serve

site: setup  ## run every snippet and build the site into site/
	$(BIN)/python -m mkdocs build --strict

# The tests of a file share what they set up, so that each is set up by one process.
test: setup  ## run the tool's tests and every cell of every note and snippet
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

check: setup  ## ruff, mypy and the arrows between rooms
	$(BIN)/ruff format --check lrnotes tests snippets benchmarks
	$(BIN)/ruff check lrnotes tests snippets benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_rooms.py

lighthouse: site tools  ## print Lighthouse's scores and metrics of the built site, on a phone
	mkdir -p build
	LRNOTES_SITE=site LRNOTES_LIGHTHOUSE=build/lighthouse.txt \
	  $(BIN)/python -m pytest -q tests/site/test_lighthouse.py -k told
	@cat build/lighthouse.txt

nightly: setup  ## the property tests at length; what snippets read on the host unawares
	LRNOTES_EXAMPLES=20000 LRNOTES_RESOLVER_LINKS=100000 $(BIN)/python -m pytest -q \
		tests/vault/test_resolve.py tests/text/test_differential.py \
		tests/markdown/test_lists.py tests/markdown/test_literals.py
	LRNOTES_DEVICE=lint $(BIN)/python -m lrnotes run

mutants: setup  ## change the method of each snippet: which claims notice? (resumes; SNIPPETS=momentum)
	$(BIN)/python benchmarks/mutants.py $(SNIPPETS)

seeds: setup  ## try the claims on twenty fresh seeds (SNIPPETS=which_knob)
	$(BIN)/python benchmarks/seeds.py $(SNIPPETS)

margins: setup  ## how many spreads between seeds lie between each claim and its bound?
	$(BIN)/python benchmarks/margins.py $(SNIPPETS)

format: setup  ## format the code
	$(BIN)/ruff format lrnotes tests snippets benchmarks
	$(BIN)/ruff check --fix lrnotes tests snippets benchmarks

peers: setup  ## make the environments of the benchmark's peers in $PEERS
	PIP_ARGS="$(PIP_ARGS)" benchmarks/peers.sh $(BIN)/python $(PEERS)

bench: setup  ## measure lrnotes beside its peers (see make peers)
	mkdir -p build
	$(BIN)/python benchmarks/exec.py --mkdocs $(PEERS)/mkdocs/bin/python \
	  --sphinx $(PEERS)/sphinx/bin/python --json build/exec.json --chart build/exec.svg

clean:  ## remove what was built, never the cache of results
	rm -rf site build dist
