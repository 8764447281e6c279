# make demo    a registry and four invented countries on this machine, with twelve cases, until Ctrl-C
#                (ONCE=1: play the scenarios, then end; OFF=XT or ON=XT: switch a country of the running demo;
#                FAST=60: an hour passes in each minute; SPEAK=uk: the script in Ukrainian; CODE=TEXT: the six
#                digits for a sign-in of the running demo; RESET=1: clear away after one that was killed)
# make test    everything: format, lint, types, tests
# make check   format, lint and types only
# make bench   measures; one JSON line for each shape
# make screens pictures of every page, in two languages, into docs/screens/
# make docs    writes again what is generated: handbook, schemas, command pages
# make lock    chooses package versions again (needs a network)

SHELL = /bin/sh
PY = .venv/bin/python
JOBS ?= 4

.PHONY: demo test check style bench docs screens lock setup format

demo: setup
	@exec $(PY) -m node.demo $(if $(filter-out 0,$(ONCE)),--once)$(if $(FAST), --fast $(FAST))$(if $(SPEAK), --speak $(SPEAK))$(if $(CODE),code $(CODE))$(if $(RESET),--reset)$(if $(OFF),off $(OFF))$(if $(ON),on $(ON))

test: style
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || echo "Chromium is missing, so the pages are not looked at; on Debian: apt-get install chromium-headless-shell fonts-noto-core" >&2
	@$(PY) -m mypy & types=$$!; export PYTHONDONTWRITEBYTECODE=; \
	test -d tests/__pycache__ || $(PY) -m pytest -q --collect-only >/dev/null; : once, or each process would compile the tests; \
	$(PY) -m pytest -q -n $(JOBS) --dist worksteal; tests=$$?; \
	wait $$types || { echo "mypy found wrong types; they stand above" >&2; exit 1; }; exit $$tests

check: style
	@$(PY) -m mypy

style: setup
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .

bench: setup
	@$(PY) -m tests.bench

docs: setup
	@$(PY) -m node.docs
	@$(PY) -m node.web.catalogue

screens: setup
	@TRM_SCREENS=docs/screens $(PY) -m pytest -q -n 0 tests/browser/test_screens.py

format: setup
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

setup:
	@sh deploy/setup.sh

COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --upgrade

lock: setup
	@$(PY) -m pip install --quiet pip-tools
	@$(COMPILE) --extra fast --extra paper --output-file requirements/runtime.txt pyproject.toml
	@$(COMPILE) --extra fast --extra paper --extra dev --constraint requirements/runtime.txt --output-file requirements/dev.txt pyproject.toml
