# make lab · make explore · make test · make notebooks · make text · make labs · make grade ·
# make site · make links · make book · make badges · make colab · make release · make package · make docs · make pins · make record · make picture · make bench · make check
PYTHON ?= python3
LABFLAGS ?=
EXPLOREFLAGS ?=
TESTFLAGS ?=
# make test RESOLUTION=lowest-direct: the lowest versions that requirements.txt allows
RESOLUTION ?=

.PHONY: lab explore env test-env test check notebooks clean-notebooks text labs grade release package instructor-env docs pins record picture bench site links book badges colab
# Compiled programs are kept, so that a notebook need not wait for them again when it starts a second
# time, nor a test for what another test has compiled.
lab explore test check: export JAX_COMPILATION_CACHE_DIR ?= $(HOME)/.cache/siamese_lib/compiled
lab explore test check: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS ?= 0.2

lab: env
	cd notebooks && ../.venv/bin/jupyter lab $(LABFLAGS) 00_start_here.ipynb

explore: env
	cd notebooks && ../.venv/bin/voila explorers.ipynb $(EXPLOREFLAGS)

env:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer from python.org, or name yours: make lab PYTHON=python3.12"; exit 1; }
	@$(PYTHON) tools/make_env.py requirements.txt $(if $(RESOLUTION),--resolution $(RESOLUTION))

test-env:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer from python.org, or name yours: make test PYTHON=python3.12"; exit 1; }
	@$(PYTHON) tools/make_env.py requirements.txt tests/requirements.txt tools/site/requirements.txt $(if $(RESOLUTION),--resolution $(RESOLUTION))

# Two files at a time (tests/conftest.py): most tests keep one core busy.
test: test-env
	.venv/bin/python -m pytest --numprocesses 2 --no-loadscope-reorder $(TESTFLAGS)

# After each edit: style, types, and the fast tests of what changed since a commit (SINCE=main).
SINCE ?= HEAD
check: test-env
	.venv/bin/python tools/check.py $(SINCE)

notebooks: test-env
	.venv/bin/python tools/notebooks.py execute $(NAMES)

# This course without outputs, in a folder of its own beside the labs: nothing shows before it is run.
clean-notebooks: test-env
	.venv/bin/python tools/notebooks.py clean notebooks/clean

# After an edit of prose alone: the outputs stay.
text: test-env
	.venv/bin/python tools/notebooks.py text $(NAMES)

labs: test-env
	.venv/bin/python -m instructor.build_checks $(NAMES)

instructor-env:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer from python.org, or name yours: make grade PYTHON=python3.12"; exit 1; }
	@$(PYTHON) tools/make_env.py requirements.txt instructor/requirements.txt $(if $(RESOLUTION),--resolution $(RESOLUTION))

# make grade SUBMISSIONS=folder-or-zip [OUT=graded] [DUE=2026-05-01T23:59] [LABS="lab2 lab3"] [UNSAFE=1]
grade: instructor-env
	@test -n "$(SUBMISSIONS)" || { echo "make: say what to grade: make grade SUBMISSIONS=folder"; exit 1; }
	.venv/bin/python -m instructor.grading.grade "$(SUBMISSIONS)" $(if $(OUT),--out "$(OUT)") $(if $(DUE),--due $(DUE)) $(if $(LABS),--labs $(LABS)) $(if $(UNSAFE),--unsafe)

release: instructor-env
	.venv/bin/python -m instructor.release $(OUT)

# The package to publish: make package TAG=v0.2.0
package: env
	@test -n "$(TAG)" || { echo "make: say which version: make package TAG=v0.2.0"; exit 1; }
	.venv/bin/python tools/package.py "$(TAG)"

# The notebooks as web pages, widgets alive with no kernel, in build/site: a minute on two cores.
site: test-env
	.venv/bin/python tools/site/build.py build/site

# Is every page there that ours link to? It needs the network; build/links/output.txt lists them all.
links: test-env
	.venv/bin/python tools/site/build.py build/links linkcheck

# Once pyproject.toml names the repository: badges on README, notebooks and labs, copies for Colab.
badges: test-env
	.venv/bin/python tools/badges.py
	.venv/bin/python tools/colab.py write

# Every notebook as on Colab: its Python and versions, an empty folder, no JupyterLab; half an hour.
colab: test-env
	.venv/bin/python tools/colab.py run $(NAMES)

# The printed edition, build/siamese.pdf: a minute.
book: test-env
	.venv/bin/python tools/book/bind.py build/siamese.pdf

docs: test-env
	.venv/bin/python tools/docs.py
	.venv/bin/python tools/results.py

# Exact versions for Binder, from the ranges of the two files.
pins: test-env
	.venv/bin/uv pip compile -q requirements.txt binder/also.txt --python-version 3.11 --python-platform linux --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o binder/requirements.txt

# What the explorers show where no data is given: a few minutes of training.
record: test-env
	.venv/bin/python -m tools.record_explorers
	.venv/bin/python -m tools.record_encoder

# README's moving picture: Chromium draws on the one-shot explorer, half a minute.
picture: test-env
	.venv/bin/python tools/record_picture.py

# Beside Keras, PyTorch, pytorch-metric-learning and faiss, in an environment of their own.
.venv-peers/installed: benchmarks/speed/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install -q -r benchmarks/speed/peers/requirements.txt
	touch .venv-peers/installed

bench: test-env .venv-peers/installed
	.venv/bin/python -m benchmarks.speed.speed
	.venv/bin/python -m benchmarks.speed.retrieval
	.venv/bin/python -m benchmarks.speed.time_to_auc
	.venv/bin/python -m benchmarks.speed.sharded_loss
	.venv/bin/python -m benchmarks.speed.kernels
	.venv/bin/python -m benchmarks.cost.start
	.venv/bin/python -m benchmarks.cost.explorers
	.venv/bin/python -m benchmarks.cost.pages
	.venv/bin/python -m benchmarks.cost.data
	.venv/bin/python -m benchmarks.cost.notebooks --tests
