"""The set-up by make, and what documents name."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

import texture_core

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("config/*.md")]


def make(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def executable(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def clone(tmp_path):
    """What make needs of a checkout, in a folder with a space in its name."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    locks = [f"requirements{name}.lock" for name in ("", "-dev", "-slurm", "-docs")]
    for name in ("Makefile", "pyproject.toml", *locks):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def set_up_clone(clone):
    """The same with a finished .venv: a real environment, whose packages are those of the one that runs the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    (site,) = (clone / ".venv").glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    contents = (clone / "requirements.lock").read_text() + (clone / "pyproject.toml").read_text()
    (clone / ".venv/run.stamp").write_text(f"{contents}{clone.resolve()}\n")
    return clone


@pytest.fixture
def python_without_venv(tmp_path):
    """An interpreter that is recent enough, but without the module venv, as in a minimal Debian."""
    return executable(
        tmp_path / "python without venv",
        f'#!/bin/sh\n[ "$1$2" != -mvenv ] || {{ echo No venv >&2; exit 1; }}\nexec "{sys.executable}" "$@"\n',
    )


def test_help_lists_every_target(clone):
    text = (clone / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", text, re.M).group(1).split()
    listed = re.findall(r"^  make (\S+) +\S", make(clone, "help").stdout, re.M)
    assert sorted(listed) == sorted(set(targets) - {"FORCE"})


def test_make_alone_only_shows_help(clone):
    assert "make run" in make(clone).stdout
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("folder", ["/home/me/my recordings", 'it\'s #1: "best" \\ of', "2024"])
def test_run_passes_the_folder_of_recordings_as_it_is(set_up_clone, folder):
    result = make(set_up_clone, "--dry-run", "run", f"CORPUS={folder}", "CORES=3")
    *command, configured = shlex.split(result.stdout.splitlines()[-1])
    assert command == [".venv/bin/snakemake", "--cores", "3", "--config"]
    key, _, value = configured.partition("=")
    assert (key, yaml.safe_load(value)) == ("corpus_dir", folder)
    assert "--config" not in make(set_up_clone, "--dry-run", "run").stdout


def test_a_finished_environment_is_left_alone(set_up_clone):
    os.utime(set_up_clone / "requirements.lock")
    result = make(set_up_clone, "setup", "PYTHON=/there/is/none")
    assert result.returncode == 0, result.stderr
    assert "Nothing to be done" in result.stdout


@pytest.mark.parametrize("change", ["lock", "project", "moved", "no configuration", "python gone"])
def test_an_environment_that_no_longer_fits_is_noticed(set_up_clone, change):
    folder = set_up_clone
    if change == "lock":
        (folder / "requirements.lock").write_text("numpy==1.0\n")
    elif change == "project":
        (folder / "pyproject.toml").write_text("")
    elif change == "moved":
        folder = folder.rename(folder.with_name("another place"))
    elif change == "no configuration":
        (folder / ".venv/pyvenv.cfg").unlink()
    else:
        (folder / ".venv/bin/python").unlink()
    assert make(folder, "--question", "setup").returncode == 1


@pytest.mark.parametrize("state", ["unfinished", "no configuration", "moved"])
def test_a_broken_environment_is_made_anew_and_the_python_behind_it_left_alone(
    set_up_clone, python_without_venv, state
):
    folder = set_up_clone
    if state == "unfinished":
        (folder / ".venv/unfinished").touch()
    elif state == "no configuration":
        # What an interrupted removal leaves: .venv/bin/python is now the system's Python, and pip would install there.
        (folder / ".venv/pyvenv.cfg").unlink()
    else:
        folder = folder.rename(folder.with_name("another place"))
    result = make(folder, "setup", f"PYTHON={python_without_venv}")
    assert result.returncode != 0
    assert "apt install python3-venv" in result.stderr
    assert "Installing" not in result.stdout
    assert not (folder / ".venv/bin").exists()


@pytest.mark.parametrize("target", ["run", "test", "lint", "docs"])
def test_a_python_that_is_too_old_is_named_with_what_to_do(clone, tmp_path, target):
    old = executable(tmp_path / "python3.9", '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.18 || exit 1\n')
    result = make(clone, target, f"PYTHON={old}")
    assert result.returncode != 0
    assert f"Python 3.11 or later is needed, but {old} is Python 3.9.18" in result.stderr
    assert f"make {target} PYTHON=" in result.stderr
    assert not (clone / ".venv").exists()
    assert not (clone / ".venv-docs").exists()


PASSED = "echo '===== 12 passed, 3 skipped in 4.00s ====='"
RECIPES = {"test": PASSED, "test-slow": PASSED, "test-slurm": PASSED, "lint": "true", "docs": "true"}
NONE_PASSED = ["echo '== no tests ran in 0.00s =='; exit 5", "echo '== 15 skipped in 4.00s =='"]


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        ({}, True),
        *(
            ({target: recipe}, False)
            for target in ("test", "test-slow", "test-slurm")
            for recipe in ["echo '== 1 failed, 12 passed in 4.00s =='; exit 1", *NONE_PASSED]
        ),
        ({"lint": "exit 1"}, False),
        ({"docs": "exit 1"}, False),
    ],
)
def test_continuous_integration_fails_when_anything_fails(tmp_path, changed, passes):
    if "test-slurm" in changed and os.geteuid() != 0:
        pytest.skip("only root runs the test of Slurm")
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    recipes = RECIPES | changed
    (tmp_path / "Makefile").write_text(
        "".join(f"{target}:\n\t@echo running {target}; {recipe}\n" for target, recipe in recipes.items())
    )
    result = subprocess.run([tmp_path / ".ci/run"], capture_output=True, text=True, timeout=60)
    assert (result.returncode == 0) == passes, result.stdout + result.stderr
    for target in recipes:
        assert f"running {target}" in result.stdout or (target == "test-slurm" and os.geteuid() != 0)
    assert re.search(r"==.* in \d", result.stdout), "the closing line of the tests is not shown"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_links_to_and_names_is_there(document):
    text = document.read_text()
    for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text):
        assert (document.parent / link).exists(), f"{document.name} links to {link}"
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M).group(1).split()
    for target in re.findall(r"^make ([a-z-]+)", text, re.M):
        assert target in targets, f"{document.name} names make {target}"


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == texture_core.__version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
