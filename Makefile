# One command to run, one to test; `make help` lists them all.
# Contents are compared, not times: a checkout that only touches files sets nothing up again.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
WORKERS ?= $(CORES)
PIP_ARGS ?=
CORPUS ?=
STUDY ?= results/study

bin := .venv/bin
pip_install = PIP_REQUIRE_VIRTUALENV=1 $(bin)/python -m pip install --disable-pip-version-check --no-input $(PIP_ARGS)
run_pins := requirements.lock pyproject.toml
test_pins := requirements-dev.lock
docs_pins := requirements-docs.lock
slurm_pins := requirements-slurm.lock
# Whether .venv is whole: no set-up was interrupted, and it is an environment with pip, not what an interrupted removal
# leaves, a link to the system's Python.
usable = { [ ! -e .venv/unfinished ] && \
	$(bin)/python -c 'import sys, pip; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null; }
# What a stamp holds: the files that were installed from, and where, because an environment cannot be moved.
stamp_text = { cat $(1); pwd -P; }
# A text for YAML, which Snakemake reads values as, in quotes for the shell.
quoted = '"$(subst ','\'',$(subst ",\",$(subst \,\\,$(1))))"'
# Empty if the stamp still holds that and the environment is usable, else FORCE.
changed = $(shell $(call stamp_text,$(2)) | cmp -s - $(1) && $(usable) || echo FORCE)
# The documentation has an environment of its own, .venv-docs.
docs_changed = $(shell $(call stamp_text,$(docs_pins)) | cmp -s - .venv-docs/stamp && \
	.venv-docs/bin/python -c 'import sphinx' 2>/dev/null || echo FORCE)

# The test of Slurm has one too, .venv-slurm: the packages of .venv and the executor, with which .venv's Snakemake would look
# for a cluster at each start.
slurm_test_changed = $(shell $(call stamp_text,$(slurm_pins)) | cmp -s - .venv-slurm/stamp && \
	.venv-slurm/bin/python -c 'import pytest, snakemake_executor_plugin_slurm' 2>/dev/null || echo FORCE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help app run study progress test test-slow test-slurm test-long lint docs setup setup-test setup-slurm lock clean FORCE

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20
	@echo "Variables: CORPUS (a folder of recordings), CORES=$(CORES) (of Snakemake), WORKERS=$(WORKERS) (of the tests), PYTHON=$(PYTHON) (makes .venv), PIP_ARGS='$(PIP_ARGS)' (options of pip install)"

run: setup ## Set up .venv, then make textures of the recordings in the folder CORPUS, or of the built-in demo
	$(bin)/snakemake --cores $(CORES) $(if $(CORPUS),--config corpus_dir=$(call quoted,$(CORPUS)))

study: setup ## Score Table 1 on all recordings of the folder CORPUS (most of a day on two cores); goes on where it stopped
	@[ -n "$(CORPUS)" ] || { echo 'make study: name the folder of recordings: make study CORPUS="/path/to/recordings"' >&2; exit 1; }
	$(bin)/snakemake --cores $(CORES) --keep-going --configfile config/paper.yaml config/study.yaml \
		--config corpus_dir=$(call quoted,$(CORPUS))
	@echo "Read results/study/table1.md; $(bin)/python -m texture_core.report.study results/study/scores.tsv tests the findings."

progress: ## How far a study is and how long it will take, in another terminal (STUDY=results/CORPUS)
	@$(bin)/python workflow/progress.py $(STUDY)

app: setup ## Set up .venv, then open a page in the browser: drop a sound, hear new ones
	@$(bin)/texture-core app

# By whole files, because what the tests of a file share is made once for each worker that runs one of them.
test: setup-test ## Set up .venv, then run the tests, but for those below
	@$(call pytest,not slow and not slurm and not long); status=$$?; \
	echo "Not run: make test-slow (studies that are run again and again, 8 minutes), make test-slurm (on a Slurm of one node, as"; \
	echo "root, 4 minutes), make test-long (damaged files by the thousand, kills at random, an hour)."; \
	exit $$status

test-slow: setup-test ## Run the tests that run studies again and again, with faults and kills
	@$(call pytest,slow and not slurm and not long)

test-slurm: .venv-slurm/stamp ## Run the test on a Slurm of one node that it starts itself (root, slurm-wlm and munge of Debian)
	.venv-slurm/bin/python -m pytest -m slurm

test-long: setup-test ## Run the tests that take many minutes: damaged files by the thousand, kills at random
	$(bin)/python -m pytest -m long

lint: setup-test ## Check style and layers: ruff, import-linter, snakefmt and Snakemake's own linter
	@failed=; \
	for check in "ruff check ." "ruff format --check ." "lint-imports" "snakefmt --check Snakefile workflow" "snakemake --lint"; do \
		echo "$$check"; $(bin)/$$check || failed="$$failed, $$check"; \
	done; \
	[ -z "$$failed" ] || { echo "make lint: failed$$failed" | sed 's/,/:/' >&2; exit 1; }

docs: .venv-docs/stamp ## Build the documentation site; a broken link or any warning is an error
	@.venv-docs/bin/python docs/site/build.py
	@echo "Read: open build/site/html/index.html in a browser."

setup: .venv/run.stamp ## Set up .venv for make run
setup-test: .venv/test.stamp ## Set up .venv for make test
setup-slurm: .venv/slurm.stamp ## Set up .venv for runs on a Slurm cluster

.venv/run.stamp: $(call changed,.venv/run.stamp,$(run_pins))
	@$(call require_python,$(PYTHON),install Python 3.11 or later and name it: make $(MAKECMDGOALS) PYTHON=python3.12)
	@if ! $(usable) || { [ -e $@ ] && [ "$$(tail -n 1 $@)" != "$$(pwd -P)" ]; }; then \
		echo "Making .venv with $(PYTHON) ..."; \
		rm -f $(bin)/python .venv/pyvenv.cfg && rm -rf .venv && mkdir .venv && touch .venv/unfinished; \
		"$(PYTHON)" -m venv .venv || { \
			echo "make: .venv could not be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	fi
	@$(call require_python,$(bin)/python,remove it with: make clean)
	@echo "Installing the pinned packages of requirements.lock into .venv; the first time takes a few minutes."
	@echo "(torch's default build brings the GPU libraries, several gigabytes; README.md shows how to get the CPU-only build.)"
	@touch .venv/unfinished
	@$(pip_install) -r requirements.lock
	@$(pip_install) --no-deps --no-build-isolation -e .
	@$(call stamp_text,$(run_pins)) > $@
	@rm .venv/unfinished

define add_pins
@echo "Installing the pinned packages of $1 into .venv."
@touch .venv/unfinished
@$(pip_install) --no-deps -r $1
@$(call stamp_text,$2) > $@
@rm .venv/unfinished
endef

.venv/test.stamp: .venv/run.stamp $(call changed,.venv/test.stamp,$(test_pins))
	$(call add_pins,requirements-dev.lock,$(test_pins))

.venv/slurm.stamp: .venv/run.stamp $(call changed,.venv/slurm.stamp,$(slurm_pins))
	$(call add_pins,requirements-slurm.lock,$(slurm_pins))

.venv-slurm/stamp: .venv/test.stamp $(slurm_test_changed)
	@echo "Installing the pinned packages of requirements-slurm.lock into .venv-slurm, which has those of .venv too."
	@rm -rf .venv-slurm
	@$(bin)/python -m venv .venv-slurm
	@$(bin)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$(.venv-slurm/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/packages_of_venv.pth"
	@PIP_REQUIRE_VIRTUALENV=1 .venv-slurm/bin/python -m pip install --disable-pip-version-check --no-input $(PIP_ARGS) \
		--no-deps -r requirements-slurm.lock
	@$(call stamp_text,$(slurm_pins)) > $@

.venv-docs/stamp: $(docs_changed)
	@$(call require_python,$(PYTHON),install Python 3.11 or later and name it: make $(MAKECMDGOALS) PYTHON=python3.12)
	@echo "Installing the pinned packages of requirements-docs.lock into .venv-docs."
	@rm -rf .venv-docs
	@"$(PYTHON)" -m venv .venv-docs || { \
		echo "make: .venv-docs could not be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@PIP_REQUIRE_VIRTUALENV=1 .venv-docs/bin/python -m pip install --disable-pip-version-check --no-input --quiet \
		$(PIP_ARGS) -r requirements-docs.lock
	@$(call stamp_text,$(docs_pins)) > $@

# $(call require_python,interpreter,advice)
define require_python
"$(1)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "make: Python 3.11 or later is needed, but $(1) is $$('$(1)' --version 2>&1 || true); $(2)" >&2; exit 1; }
endef

# The CUDA libraries are left to torch, which pins its own: a CPU-only build wants none.
lock: ## Pin anew what pyproject.toml asks for (needs uv; LOCK_ARGS=--upgrade takes newer versions)
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--extra workflow --extra baselines --extra app $(LOCK_ARGS) pyproject.toml -o requirements.lock
	sed -i.old -E '/^(nvidia|cuda|triton)[a-z0-9-]*==/d; s/^(torch==[0-9.]+)\+[a-z0-9]+/\1/' requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--extra workflow --extra baselines --extra app --extra development $(LOCK_ARGS) -c requirements.lock \
		$$(sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' requirements.lock) pyproject.toml -o requirements-dev.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--extra workflow --extra baselines --extra app --extra slurm $(LOCK_ARGS) -c requirements.lock \
		$$(sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' requirements.lock) pyproject.toml -o requirements-slurm.lock
	sed -i.old -E '/^(nvidia|cuda|triton)[a-z0-9-]*==/d' requirements-dev.lock requirements-slurm.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--fork-strategy fewest --group documentation $(LOCK_ARGS) -c requirements.lock -o requirements-docs.lock
	sed -i.old -e '/^  - pip:/q' environment.yml
	sed -n 's/^[a-z].*/      - &/p' requirements.lock >> environment.yml
	rm requirements.lock.old requirements-dev.lock.old requirements-slurm.lock.old environment.yml.old

clean: ## Remove .venv, .venv-docs, .venv-slurm and caches (results/ and Snakemake's record of them, .snakemake/, stay)
	rm -rf .venv .venv-docs .venv-slurm .pytest_cache .ruff_cache .hypothesis build dist texture_core.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call pytest,markers)
pytest = $(bin)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "$(1)"

FORCE:
