# What you can do here. Each target sets up .venv by itself, and again when its pins have changed.
PYTHON ?= python3
ready := .venv/ready
# The oldest NumPy that the package promises to work with, or the oldest there is for this Python.
NUMPY ?= $(shell $(PYTHON) -c 'import sys; print({13: "2.1.0", 14: "2.3.2"}.get(sys.version_info[1], "2.0.0"))')
bare := .venv/numpy-$(NUMPY)
web := _build/npm/node_modules/.package-lock.json # npm writes it when all else is there
SEED ?= 1
PROFILE ?= poolkit # of Hypothesis; quick draws fewer examples

help:            ## show this list
	@sed -n 's/^\([a-z]*\): .*## /  make \1\t/p' Makefile

book: $(ready)   ## build the HTML book
	.venv/bin/jupyter-book build -q -W -n --keep-going .
	@echo "Open _build/html/index.html, or: make serve"

test: $(ready) $(if $(shell command -v npm),$(web)) ## run every test and every notebook
	@$(MAKE) --jobs=2 $(if $(filter 4.%,$(MAKE_VERSION)),--output-sync) book core PROFILE=quick
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest --numprocesses logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

core: $(bare)/ready ## test the package alone, with the oldest NumPy or, say, NUMPY=2.4.6
	$(bare)/bin/pytest --quiet --hypothesis-profile=$(PROFILE) tests/*.py poolkit/*.py

timed := $(addprefix tests/conformance/test_,cold_start.py lab_speed.py lighthouse.py steps_speed.py)
conformance: browsers book .venv/peers .venv/grader/ready ## compare poolkit with every other framework, judge the pages, test the tests
	PATH=$(CURDIR)/.venv/bin:$$PATH .venv/bin/pytest $(timed) # while nothing else runs
	PATH=$(CURDIR)/.venv/bin:$$PATH .venv/bin/pytest tests/conformance $(timed:%=--ignore=%) \
	  --numprocesses logical --maxprocesses 4 --dist loadscope
	.venv/bin/python tests/conformance/mutants.py

browsers:
	@.ci/need 'chromium|google-chrome|chromium-browser' 'firefox-esr|firefox'

bench: $(ready) .venv/peers ## time poolkit beside the frameworks and store the table that the book shows
	PYTHONPATH=book .venv/bin/python -m experiments.benchmark

lab: .venv/lab   ## open the notebooks in JupyterLab; from outside a container with LAB=--ip=0.0.0.0
	.venv/bin/jupyter trust book/*.ipynb
	.venv/bin/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/book/index.ipynb \
	  $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

pdf: book        ## print the whole book into _build/pooling.pdf
	.venv/bin/python -m book.print

worksheets: $(ready) ## print sheets to solve by hand, and their answers, for SEED=1
	.venv/bin/python -m teaching.worksheets $(SEED)

student: $(ready) ## write the notebooks without solutions and answers
	.venv/bin/python -m teaching.student

quizzes: $(ready) ## write all questions for Moodle and as QTI 2.1, and the recall cards for Anki
	.venv/bin/python -m teaching.quizzes
	.venv/bin/python -m teaching.qti
	.venv/bin/python -m teaching.cards

finals: $(ready) ## print a test of 20 questions for each part of the book, and its key
	.venv/bin/python -m teaching.finals

booklet: $(ready) ## print the answers to expect of all predictions and exercises
	.venv/bin/python -m teaching.booklet

grader: .venv/grader/ready ## write notebooks with tests for Otter-Grader, and say how to grade
	.venv/grader/bin/python -m teaching.grader
	@echo "Grade with: .venv/grader/bin/otter run -a _build/teaching/grader/basics/autograder.zip SUBMISSION.ipynb"

slides: $(ready) $(web) ## write a deck for each chapter, as pages and as PDF
	.venv/bin/python -m teaching.decks

figures: $(ready) ## write every figure as SVG and PNG, and four animations, into _build/figures.zip
	PYTHONPATH=book .venv/bin/python -m teaching.figures

offline: book $(web) ## pack the site so that it can be read from a disk
	.venv/bin/python -m teaching.offline

downloads: pdf slides worksheets finals booklet student quizzes figures offline ## make all that the page Downloads lists
	.venv/bin/python -m teaching.downloads

serve: book      ## build the book and serve it on this machine
	.venv/bin/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

notebooks: $(ready) ## run every notebook and store its outputs
	.venv/bin/python book/preview.py
	.venv/bin/python book/execute.py

experiments: $(ready) ## measure again, for two hours, what chapters only read
	PYTHONPATH=book .venv/bin/python -m experiments
	PYTHONPATH=book .venv/bin/python -m experiments.lab_record
	PYTHONPATH=book .venv/bin/python -m experiments.naming
	.venv/bin/python book/experiments/larger_than_memory.py

newest:          ## build the book with the newest Sphinx that there is, which Jupyter Book does not allow yet
	$(PYTHON) -m venv --clear _build/newest
	_build/newest/bin/pip install --disable-pip-version-check --quiet uv==0.13.9
	_build/newest/bin/uv pip install --python _build/newest --override .github/newest.txt \
	  "jupyter-book>=1.0.4,<2" math-core numpy "jsonschema<4.25"
	PYTHONPATH=. _build/newest/bin/jupyter-book build -q -W -n --keep-going --path-output _build/newest .

define install
	@$(PYTHON) .ci/fits.py
	@echo "Setting up .venv with the pinned packages: two to three minutes, once."
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --disable-pip-version-check --requirement $<
	.venv/bin/pip install --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
endef

$(ready): requirements.txt pyproject.toml
	$(install)

.venv/lab: requirements-lab.txt pyproject.toml # what notebooks need, and nothing that builds or tests
	$(install)

$(bare)/ready: requirements.txt
	$(PYTHON) -m venv $(bare)
	grep -v '^numpy==' requirements.txt > $(bare)/constraints.txt
	$(bare)/bin/pip install --quiet --disable-pip-version-check --constraint $(bare)/constraints.txt \
	  numpy==$(NUMPY) pytest hypothesis
	@touch $@

.venv/peers: $(ready) tests/conformance/requirements.txt tests/conformance/package-lock.json
	.venv/bin/pip install --disable-pip-version-check --constraint requirements.txt \
	  --requirement tests/conformance/requirements.txt
	cp tests/conformance/package.json tests/conformance/package-lock.json .venv
	PATH=$(CURDIR)/.venv/bin:$$PATH npm ci --prefix .venv --ignore-scripts --no-audit --no-fund
	@touch .venv/peers

$(web): teaching/web/package-lock.json teaching/web/package.json
	mkdir -p _build/npm
	cp $^ _build/npm
	npm ci --prefix _build/npm --ignore-scripts --no-audit --no-fund
	@touch $@

# Otter-Grader needs an older wrapt than TensorFlow's pins, so it has an environment of its own, in which it finds all of .venv too.
paths := import sysconfig; print(sysconfig.get_path("purelib"))
.venv/grader/ready: teaching/requirements.txt $(ready)
	.venv/bin/python -m venv --clear .venv/grader
	printf "import site; site.addsitedir('%s')\n%s\n%s\n" "$$(.venv/bin/python -c '$(paths)')" $(CURDIR) $(CURDIR)/book \
	  > "$$(.venv/grader/bin/python -c '$(paths)')/book.pth"
	.venv/grader/bin/pip install --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.PHONY: help book pdf worksheets student quizzes finals booklet grader slides figures offline downloads test core browsers conformance lab serve notebooks bench experiments newest
