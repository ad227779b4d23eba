# What a person or CI runs. Thin: the logic is in scripts/ and tests/.
# Works on a fresh clone with make and Python 3.11 or newer: a target makes the environment it needs.

VENV := .venv
BIN := $(VENV)/bin
DEV := $(VENV)/.dev
DEMO := $(VENV)/.demo
PIP := pip --disable-pip-version-check install --quiet --quiet

# The first that is new enough and can make an environment; PYTHON=/path/to/python decides instead of the list.
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
FOUND = $(or $(shell for python in $(CANDIDATES); do \
	"$$python" -c '$(USABLE)' >/dev/null 2>&1 && echo "$$python" && break; done),$(error No Python 3.11 or newer with \
	venv among: $(CANDIDATES). Install one, or name it: make PYTHON=/path/to/python))

say = printf '\n== %s\n' '$(1)'
# A missing, broken or outdated environment is made anew; one that works is kept.
WORKS = $(shell $(BIN)/python -c 'import pip; $(USABLE)' >/dev/null 2>&1 && echo yes)
environment = $(if $(WORKS),,@$(call say,$(VENV) with $(FOUND)); "$(FOUND)" -m venv --clear $(VENV))
packages = @$(call say,packages of $(1)); $(BIN)/python -m $(PIP) --require-hashes --requirement $(1) \
	&& $(BIN)/python -m $(PIP) --no-deps --no-build-isolation --no-index --editable .

# One worker more than CI has cores, as some tests wait. What a module makes for its tests is made in one worker alone.
# With MUTATIONS=all some tests take many minutes.
PYTEST := -n 3 --dist loadscope --no-loadscope-reorder -q $(if $(MUTATIONS),-o timeout=0) $(ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test drift generate sync update breaking propose bench corpus docs build clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) ## Make .venv with everything that working on the project needs

demo: $(DEMO) ## Watch typed calls over HTTP against a local server that speaks the contract
	@$(BIN)/python -m jobmojito.sandbox.demo $(ARGS)

# A part of `make test`: what it is called, and its command. Its seconds are printed at the end.
SPENT := $(VENV)/.spent
part = @$(call say,$(1)); begun=$$(date +%s); $(2) || exit $$?; \
	printf '%4d s  %s\n' $$(($$(date +%s) - begun)) '$(1)' >>$(SPENT)

# A failed test may quote the vendor's document, and a line of it may be a command to GitHub's runner: it takes none here.
INERT = @if [ -n "$$GITHUB_ACTIONS" ]; then $(BIN)/python -c 'import secrets; print("::stop-commands::" + secrets.token_hex())'; fi

ifeq ($(AGAINST),)
test: $(DEV) ## Check all that CI checks: lint, types, import rules, drift, workflows, tests
	$(INERT)
	@rm -f $(SPENT)
	$(call part,ruff check,$(BIN)/ruff check .)
	$(call part,ruff format,$(BIN)/ruff format --check .)
	$(call part,mypy --strict,$(BIN)/mypy)
	$(call part,basedpyright,$(BIN)/basedpyright)
	$(call part,import rules,$(BIN)/lint-imports --no-logo)
	$(call part,drift,$(BIN)/python -m scripts.parity)
	$(call part,zizmor,$(BIN)/zizmor --offline --no-progress --pedantic .github)
	$(call part,actionlint,if command -v actionlint >/dev/null; then actionlint; else echo 'not installed: left out'; fi)
	$(call part,pytest,$(BIN)/python -m pytest $(PYTEST))
	@$(call say,time by part); cat $(SPENT)
else ifeq ($(AGAINST),httpx2)
# make test AGAINST=httpx2: the overlay's tests with clients and transports of httpx2 in the place of httpx's.
test: $(DEV)
	$(INERT)
	@JOBMOJITO_TESTS_HTTP=httpx2 $(BIN)/python -m pytest $(PYTEST) tests/overlay
else
# make build; make test AGAINST=wheel: the product's tests, with what is in dist/ installed and the source tree out of sight.
WHEEL := build/wheel
test: $(DEV)
	$(INERT)
	@$(call say,$(WHEEL) with dist/*.whl); $(BIN)/python -m venv --clear $(WHEEL)
	@$(WHEEL)/bin/python -m $(PIP) --require-hashes --requirement requirements-dev.txt
	@$(WHEEL)/bin/python -m $(PIP) --no-deps --no-index dist/*.whl
	@$(call say,pytest -m product); $(WHEEL)/bin/python -m pytest -m product $(PYTEST) -o pythonpath=.
endif

drift: $(DEV) ## Compare the contract with the generated client, by bytes and by meaning
	@$(BIN)/python -m scripts.parity $(ARGS)

generate: $(DEV) ## Make generated/ from the contract and its corrections
	@$(BIN)/python -m scripts.generate $(ARGS)

sync: $(DEV) ## Fetch the published contract (ARGS="--file PATH", ARGS=--check)
	@$(BIN)/python -m scripts.sync $(ARGS)

update: $(DEV) ## Sync, changelog, generate, drift, version and tests: all or nothing
	@$(BIN)/python -m scripts.update $(ARGS)

breaking: $(DEV) ## Say what breaks of main (ARGS=--since=REF); in CI it needs the label breaking-approved
	@$(BIN)/python -m scripts.breaking $(ARGS)

propose: ## Keep the pull request of an update (CI: ARGS=start, pack, open; you: ARGS=describe)
	@"$(FOUND)" -m scripts.propose $(ARGS)

bench: $(DEV) ## Print the speed figures
	@$(BIN)/python -m tests.bench $(ARGS)

corpus: $(DEV) ## Run the pipeline over real documents from npm and PyPI packages, and print what became of each
	@$(BIN)/python -m tests.corpus

docs: $(DEV) ## Build the docs site into build/docs/site
	@$(BIN)/python -m scripts.docs $(ARGS)

build: $(DEV) ## Build sdist and wheel into dist/, and try the wheel in an environment of its own
	@$(BIN)/python -m scripts.wheel $(ARGS)

clean: ## Remove what make made: the environment, builds and caches
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): requirements-demo.txt pyproject.toml
	$(environment)
	$(call packages,requirements-demo.txt)
	@touch $@

$(DEV): requirements-dev.txt pyproject.toml
	$(environment)
	$(call packages,requirements-dev.txt)
	@touch $@ $(DEMO)
