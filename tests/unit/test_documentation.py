"""The examples of the documentation, executed."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import texture_core as tc
from texture_core.command_line import main

DOCS = Path(__file__).parents[2] / "docs"


def examples(name, language):
    text = (DOCS / name).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tc.write_audio(tmp_path / "rain.wav", tc.demo_texture("rain", duration=2.5), 16000)
    return tmp_path


@pytest.mark.slow
def test_the_examples_of_the_library(folder):
    # One after the other, as a reader would, but with fewer filters and iterations.
    quick = tc.preset_parameters("quick")
    names = {
        "small": replace(
            quick,
            features=replace(quick.features, filters=8),
            optimizer=replace(quick.optimizer, iterations=10),
            inversion=replace(quick.inversion, iterations=10),
        )
    }
    for example in examples("library.md", "python"):
        exec(compile(example.replace('tc.preset_parameters("quick")', "small"), "library.md", "exec"), names)
    assert tc.read_audio("new-rain.wav")[0].shape == (40000,)
    assert tc.read_audio("long.flac")[0].shape == (160000,)


@pytest.mark.slow
def test_the_examples_of_the_command_line(folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in "".join(examples("command-line.md", "console")).splitlines():
        # As it stands but for the iterations: the last of equal options is the one that counts.
        command = command.replace("texture-core synthesize", "texture-core synthesize --preset quick")
        command = re.sub(r"(texture-core synthesize [^|>]*)", r"\1 --iterations 1 ", command)
        if "|" in command:
            subprocess.run(command, shell=True, check=True, env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"})
        else:
            assert main(shlex.split(command)[1:]) == 0, command
    made = {"rain-texture.wav", "longer-rain.flac", "rain.png", "loop.wav", "piped.wav", "varied.wav", "chosen.wav"}
    assert made | {"rain.wav", "take-1.wav", "take-2.wav", "take-3.wav"} == {path.name for path in folder.iterdir()}
