# make lab · make test · make notebooks · make docs · make pins · make bench
PYTHON ?= python3
LABFLAGS ?=
TESTFLAGS ?=

.PHONY: lab env test-env test notebooks docs pins bench
lab: env
	cd notebooks && ../.venv/bin/jupyter lab $(LABFLAGS) 00_start_here.ipynb

env:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer from python.org, or name yours: make lab PYTHON=python3.12"; exit 1; }
	@$(PYTHON) tools/make_env.py requirements.txt

test-env:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer from python.org, or name yours: make test PYTHON=python3.12"; exit 1; }
	@$(PYTHON) tools/make_env.py requirements.txt tests/requirements.txt

test: test-env
	.venv/bin/python -m pytest $(TESTFLAGS)

notebooks: test-env
	.venv/bin/python tools/notebooks.py execute $(NAMES)

docs: test-env
	.venv/bin/python tools/docs.py

# Exact versions for Binder, from the ranges of the two files.
pins: test-env
	.venv/bin/uv pip compile -q requirements.txt binder/also.txt --python-version 3.11 --python-platform linux --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o binder/requirements.txt

bench: test-env
	.venv/bin/python benchmarks/notebooks.py
