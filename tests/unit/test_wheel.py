"""What is installed: a wheel, built as others build it, has everything that the program needs."""

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import texture_core

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "texture_core"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(PACKAGE, folder / "texture_core", ignore=shutil.ignore_patterns("__pycache__"))
    # Not isolated, which would fetch the build backend; .venv has it.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (folder / "dist").iterdir()
    return path


def test_a_wheel_has_every_file_of_the_package_and_no_other(wheel):
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {"texture_core/app/page/app.js", "texture_core/report/data/table1.tsv"} < wanted
    assert found == wanted


def test_a_wheel_says_what_it_needs(wheel):
    archive = zipfile.ZipFile(wheel)
    info = f"texture_core-{texture_core.__version__}.dist-info"
    metadata = archive.read(f"{info}/METADATA").decode()
    assert "Provides-Extra: app" in metadata
    assert 'Requires-Dist: starlette>=0.45; extra == "app"' in metadata
    # For what the page says of nearness.
    assert 'Requires-Dist: texture-core[baselines]; extra == "app"' in metadata
    assert "Requires-Python: >=3.11" in metadata
    entries = configparser.ConfigParser()
    entries.read_string(archive.read(f"{info}/entry_points.txt").decode())
    assert entries["console_scripts"]["texture-core"] == "texture_core.command_line:main"


def test_an_installed_wheel_serves_the_page_without_the_checkout(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = (
        "import asyncio, texture_core\n"
        "from texture_core.app.folder import Folder\n"
        "from texture_core.app.server import make_app, _FILES\n"
        "assert all(path.is_file() for path, _ in _FILES.values())\n"
        "make_app(Folder('sounds'))\n"
        "print(texture_core.__file__)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "installed"))
