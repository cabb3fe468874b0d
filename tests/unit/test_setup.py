"""The set-up: pins that agree wherever they stand; the Makefile, .ci/run and documents that a stranger meets first."""

import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import texture_core

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("config/*.md")]


def requirements(*groups):
    """The direct requirements that pyproject.toml declares: always those of the library, and those of some extras."""
    extras = PROJECT["optional-dependencies"]
    return [Requirement(text) for text in [*PROJECT["dependencies"], *(text for g in groups for text in extras[g])]]


def pins(lines):
    """Name to exact version of pip requirement lines; comments are left out, anything but a plain pin is an error."""
    found = {}
    for line in lines:
        line = line.split("#")[0].strip()
        if line:
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==" and "*" not in specifier.version, line
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{name} is pinned twice"
            found[name] = specifier.version
    return found


def lock(name):
    return pins((ROOT / name).read_text().splitlines())


def disagreements(environment, locked, direct):
    """What is wrong with a conda environment: a line for each pin that is not the lock's or misses the declaration."""
    (section,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    pinned = pins(section)
    problems = [
        f"{name}: {pinned.get(name)} in environment.yml, {locked.get(name)} in requirements.lock"
        for name in sorted({*pinned, *locked})
        if pinned.get(name) != locked.get(name)
    ]
    for requirement in direct:
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            problems.append(f"{requirement}: {version} in environment.yml")
    return problems


@pytest.fixture
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_the_conda_environment_pins_what_the_lock_pins_and_all_that_the_project_declares(environment):
    assert disagreements(environment, lock("requirements.lock"), requirements("workflow")) == []


def test_a_conda_environment_that_differs_is_noticed(environment):
    section = environment["dependencies"][-1]["pip"]
    place = next(i for i, line in enumerate(section) if line.startswith("numpy=="))
    locked, direct = lock("requirements.lock"), requirements("workflow")

    section[place] = "numpy==1.25.0"
    problems = disagreements(environment, locked, direct)
    assert problems == [
        f"numpy: 1.25.0 in environment.yml, {locked['numpy']} in requirements.lock",
        "numpy>=1.26: 1.25.0 in environment.yml",
    ]

    del section[place]
    problems = disagreements(environment, locked, direct)
    assert problems == [
        f"numpy: None in environment.yml, {locked['numpy']} in requirements.lock",
        "numpy>=1.26: None in environment.yml",
    ]

    section.insert(place, f"numpy=={locked['numpy']}")
    section.append("left-over==1.0")
    assert disagreements(environment, locked, direct) == [
        "left-over: 1.0 in environment.yml, None in requirements.lock"
    ]


def test_the_conda_environment_has_a_python_that_the_project_supports(environment):
    (python,) = [entry for entry in environment["dependencies"] if str(entry).startswith("python=")]
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.parametrize(
    ("group", "further"),
    [("workflow", ()), ("development", ("requirements-dev.lock",)), ("slurm", ("requirements-slurm.lock",))],
)
def test_every_direct_dependency_is_pinned_within_its_range(group, further):
    locked = {}
    for name in ("requirements.lock", *further):
        locked |= lock(name)
    for requirement in requirements(group):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_build_backend_is_pinned_because_the_project_is_built_in_the_environment():
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert lock("requirements.lock")["setuptools"] in Requirement(backend).specifier


def test_the_documentation_is_pinned_apart_and_agrees_with_the_workflow_where_they_share():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = lock("requirements-docs.lock")
    for requirement in map(Requirement, project["dependency-groups"]["documentation"]):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier
    assert "torch" not in locked
    shared = locked.keys() & lock("requirements.lock").keys()
    assert shared and all(locked[name] == lock("requirements.lock")[name] for name in shared)


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements-slurm.lock"])
def test_no_package_is_in_both_locks(name):
    assert not lock("requirements.lock").keys() & lock(name).keys()


def test_packages_for_tests_and_for_slurm_agree():
    development, slurm = lock("requirements-dev.lock"), lock("requirements-slurm.lock")
    assert all(development[name] == slurm[name] for name in development.keys() & slurm.keys())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-slurm.lock"])
def test_a_lock_fits_the_cpu_only_build_of_torch_too(name):
    for package, version in lock(name).items():
        assert not package.startswith(("nvidia", "cuda", "triton")), f"{package} is torch's to choose"
        assert "+" not in version, f"{package}: {version} is one build of a version"


# ---- the Makefile


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


# ---- .ci/run


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


# ---- documents


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_links_to_and_names_is_there(document):
    text = document.read_text()
    for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text):
        assert (document.parent / link).exists(), f"{document.name} links to {link}"
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M).group(1).split()
    for target in re.findall(r"^make ([a-z-]+)", text, re.M):
        assert target in targets, f"{document.name} names make {target}"


@pytest.mark.parametrize("name", texture_core.__all__)
def test_every_public_name_is_there(name):
    assert getattr(texture_core, name)


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == texture_core.__version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
