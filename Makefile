# Two ways in: `make demo` shows what the compiler does, `make test` checks it.
# Each sets up everything it needs in .venv, from any Python 3.11 or newer; outside this folder only a cache is kept.
# Another interpreter: make clean, then make demo PYTHON=/path/to/python

PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first interpreter that is new enough and can make an environment (on some systems that is a package of its own).
$(VENV)/.made:
	@chosen=; recent=; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3.14 python3.13 python3.12 python3.11 python3 python); do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		recent=$$candidate; \
		"$$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1 && { chosen=$$candidate; break; }; \
	done; \
	if [ -z "$$recent" ]; then \
		echo "error: no Python 3.11 or newer found$(if $(PYTHON), at $(PYTHON)); install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; \
	elif [ -z "$$chosen" ]; then \
		echo "error: $$recent has no venv module; install it (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; \
	fi; \
	rm -rf $(VENV); "$$chosen" -m venv $(VENV)
	@touch $@

$(VENV)/.core: pyproject.toml | $(VENV)/.made
	@echo "installing ruleproof into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "installing ruleproof and its test tools into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable '.[dev]'
	@touch $(VENV)/.core $@

$(VENV)/.docs: pyproject.toml | $(VENV)/.made
	@echo "installing the documentation builder into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable '.[docs]'
	@touch $(VENV)/.core $@

.PHONY: help demo test lint types contract docs sizes package conformance browser dmn test-postgresql test-spark bench mutants clean
help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.core  ## check the bundled policies, build everything from them, name the pictures
	@echo; echo "1. The article read word for word: where it contradicts itself, and what it leaves open"
	@echo "   “expected” marks a fault of the text that this file is meant to show; “refuted” means that a case was found"; echo
	@$(BIN)/ruleproof check policies/tumor_ngs/literal.policy --only conflict --limit 8 || test $$? -eq 1
	@echo; $(BIN)/ruleproof check policies/tumor_ngs/literal.policy --only gap --limit 3 || test $$? -eq 1
	@echo; echo "2. The working policy: the same article, with every open case settled or named"; echo
	@$(BIN)/ruleproof check policies/tumor_ngs/tumor_ngs.policy
	@echo; echo "3. Everything that is made from it, in out/"; echo
	@$(BIN)/ruleproof build policies/tumor_ngs/tumor_ngs.policy -o out
	@echo; echo "Pictures to open:"; find out -name '*.svg' | sort | sed 's/^/  /'; echo "Begin with out/tumor_ngs.billing_code-1.svg"

test: $(VENV)/.dev  ## run every test
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGUMENTS)

lint: $(VENV)/.dev  ## look for mistakes and untidy lines
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/.dev  ## check the types of the compiler
	@$(BIN)/mypy

contract: $(VENV)/.dev  ## check that imports go one way only
	@$(BIN)/lint-imports --no-cache --no-logo

docs: $(VENV)/.docs  ## build the documentation into site/; a dead link fails
	@$(BIN)/zensical build --strict --clean

sizes: ## show how long every module of the compiler is
	@find compiler -name '*.py' | xargs wc -l | sort -rn

conformance: $(VENV)/.dev  ## run other people's tables: make conformance SUITES=folder [SEEDS=folder]
	@test -d "$(SUITES)" || { echo "error: name the folder of the suites: make conformance SUITES=folder" >&2; exit 2; }
	@RULEPROOF_SUITES="$(abspath $(SUITES))" RULEPROOF_SEEDS="$(if $(SEEDS),$(abspath $(SEEDS)))" \
		$(BIN)/python -m pytest tests/conformance -q $(ARGUMENTS)

bench: $(VENV)/.dev  ## measure everything; writes docs/performance-tables.md and docs/performance.md (PEERS=1: other engines too; ARGUMENTS=--quick: a little)
	@$(BIN)/python benchmarks/tables.py $(ARGUMENTS)
	@$(BIN)/python benchmarks/performance.py $(if $(PEERS),--peers) $(filter --quick,$(ARGUMENTS))

mutants: $(VENV)/.dev  ## change the prover of tables in a copy, one place at a time, and see whether a test notices (about 20 minutes)
	@nice $(BIN)/python tests/mutants.py $(or $(ARGUMENTS),150 --minutes 20)

$(VENV)/.browser: pyproject.toml | $(VENV)/.dev
	@echo "installing the browser driver into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable '.[browser]'
	@touch $@

browser: $(VENV)/.browser  ## try the report in Chromium, where there is one
	@$(BIN)/python -m pytest tests/browser -q -rs $(ARGUMENTS)

$(VENV)/.spark: pyproject.toml | $(VENV)/.dev
	@echo "installing Spark and Dask into $(VENV)"
	@$(BIN)/python -m pip install -qq --editable '.[spark,recipes]'
	@touch $@

test-postgresql: $(VENV)/.dev  ## judge claims in a PostgreSQL server that runs on this machine for as long; it needs Debian's programs
	@$(BIN)/python -m pytest tests/test_sql_on_postgresql.py tests/test_sql_history.py -q -rs $(ARGUMENTS)

test-spark: $(VENV)/.spark  ## judge claims on a cluster of Spark that runs on this machine for as long; needs Java 17
	@RULEPROOF_SPARK=1 $(BIN)/python -m pytest tests/spark -q -rs $(ARGUMENTS)

# Programs of others from npm, for the tests only; the versions are those of package-lock.json.
dmn: $(VENV)/.browser  ## read the DMN files in the programs of others (dmn-js, dmn-moddle, feelin), where there is Node
	@if command -v npm >/dev/null; then cd tests/dmn_js && npm ci --silent --no-fund --no-audit; \
	else echo "there is no npm here, so dmn-js, dmn-moddle and feelin are not tried"; fi
	@RULEPROOF_DMN=1 $(BIN)/python -m pytest tests/dmn_js tests/test_to_dmn.py tests/test_to_xlsx.py -m slow -q -rs $(ARGUMENTS)

package: $(VENV)/.dev  ## build the source archive and the wheel into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist .

clean:  ## remove everything that these targets made
	rm -rf $(VENV) tests/dmn_js/node_modules out dist site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
