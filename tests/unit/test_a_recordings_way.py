"""The page that follows a recording through the code names modules and functions that exist and are called."""

import ast
import re
import sys
from pathlib import Path

import pytest

import texture_core as tc
from texture_core.command_line import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/a-recordings-way.md").read_text(encoding="utf-8")
STEPS = re.compile(r"^\d+\. ", re.MULTILINE)


def names_by_step(text):
    """The steps of a text, each a list of (module, function) that its links name."""
    links = re.compile(r"\[`([\w.]+)`\]\(\.\./([\w/]+\.py)\)")
    return [[(module, name) for name, module in links.findall(step)] for step in STEPS.split(text)[1:]]


def defined(module):
    """The functions and classes of a module, and the methods of its classes as ``Class.method``."""
    names = set()
    for node in ast.parse((ROOT / module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return names


def problems(text):
    """What a page names that does not exist, and its steps that name nothing."""
    found = [f"step {number} names no function" for number, step in enumerate(names_by_step(text), 1) if not step]
    for module, name in {item for step in names_by_step(text) for item in step}:
        if not (ROOT / module).is_file():
            found.append(f"there is no {module}")
        elif name not in defined(module):
            found.append(f"{module} has no {name}")
    for path in re.findall(r"`((?:texture_core|workflow)/[\w/]*)`", text):
        if not (ROOT / path).exists():
            found.append(f"there is no {path}")
    return found


def test_every_module_and_function_on_the_page_exists():
    assert len(names_by_step(PAGE)) > 10
    assert problems(PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("`choose_level`", "`pick_level`", "texture_core/texture/synthesize.py has no pick_level"),
        ("`Objective.evaluate`", "`Objective.value`", "texture_core/losses/objective.py has no Objective.value"),
        ("texture/plan.py", "texture/plans.py", "there is no texture_core/texture/plans.py"),
        ("`workflow/rules/`", "`workflow/stages/`", "there is no workflow/stages/"),
    ],
)
def test_a_wrong_name_is_noticed(old, new, problem):
    assert old in PAGE
    assert problem in problems(PAGE.replace(old, new))


@pytest.mark.slow
def test_one_sound_goes_the_way_of_the_page(tmp_path):
    tc.write_audio(tmp_path / "rain.wav", tc.demo_texture("rain", duration=2.5), 16000)
    called = set()

    def watch(frame, event, argument):
        # A class is entered by its method __init__.
        name = frame.f_code.co_qualname.removesuffix(".__init__")
        called.add((frame.f_code.co_filename, name))

    arguments = ["synthesize", f"{tmp_path}/rain.wav", "--preset", "quick", "--iterations", "2", "--threads", "1"]
    sys.setprofile(watch)
    try:
        assert main([*arguments, "-o", f"{tmp_path}/new.wav", "--quiet"]) == 0
    finally:
        sys.setprofile(None)

    one_sound, _, _ = PAGE.partition("\n## One texture of the workflow")
    named = {item for step in names_by_step(one_sound) for item in step}
    # What other presets do.
    named -= {
        ("texture_core/methods/initial_spectrogram.py", "noise"),
        ("texture_core/features/ensemble.py", "Ensemble"),
        ("texture_core/losses/gram.py", "GramLoss"),
        ("texture_core/texture/pieces.py", "invert_pieces"),
    }
    assert {(module, name) for module, name in named if (str(ROOT / module), name) not in called} == set()
