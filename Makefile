# make            what there is to make
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint bench egemaps lock clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes
RESOLVE := uv pip compile --quiet --generate-hashes --no-header --python-version 3.11
# Test files side by side; one thread each, since threads on top only get in each other's way.
JOBS ?= 2
PYTEST := OMP_NUM_THREADS=1 python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
export PATH := $(CURDIR)/$(BIN):$(PATH)

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 11

demo: .venv/ok   ## the whole pipeline on the drawn corpus, then its scores
	dvc repro
	@python -m stages.evaluate.scores

test: .venv/ok lint   ## every check there is, as CI runs them; JOBS=4: test files side by side
	$(PYTEST)

test-fast: .venv/ok   ## the quick tests alone: no whole graph, browser, server or network
	$(PYTEST) -m "not graph and not browser and not slow"

lint: .venv/ok   ## style and types
	ruff check .
	ruff format --check .
	pyright

bench: .venv/ok  ## speed, as ratios within one run
	python -m tests.bench

egemaps: .venv/egemaps  ## openSMILE, for the audio extractor of that name; its licence is for research

lock:            ## resolve pyproject.toml anew into requirements.lock, and openSMILE beside it (needs uv)
	$(RESOLVE) --extra dev pyproject.toml -o requirements.lock
	"$(PYTHON)" -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['egemaps'])" | \
	  $(RESOLVE) --constraint requirements.lock - -o features/audio/egemaps.lock

clean:           ## forget everything that `dvc repro` made; the clip store stays
	rm -rf data

.venv/egemaps: .venv/ok features/audio/egemaps.lock
	$(INSTALL) -r features/audio/egemaps.lock
	touch $@

# A marker is written last, so that an interrupted installation is taken up again.
.venv/ok: requirements.lock
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" || { echo "make: Python 3.11 is needed, PYTHON is '$(PYTHON)'; call make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@echo "Installing about 270 packages, 6 GB on disk; a few minutes ..."
	$(INSTALL) -r requirements.lock
	touch $@
