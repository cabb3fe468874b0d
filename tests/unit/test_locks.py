"""The pins agree with each other and with what the project declares."""

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


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
