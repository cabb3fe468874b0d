"""What is stated of the keys of a configuration: defaults, descriptions, and the tables of the documentation."""

import re
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from planning.keys import Classifiers, Keys, Setting

from texture_core.parameters.field import leaves
from texture_core.parameters.method import ViewParameters

CHECKOUT = Path(__file__).parents[2]

sys.path.insert(0, str(CHECKOUT / "docs/site"))

import configuration_tables  # noqa: E402

ALL = [(key, stated) for cls in (Keys, Setting) for key, stated in leaves(cls)]


@pytest.mark.parametrize("name", ["sheet", "morphs"])
def test_the_schema_of_sheets_is_one(name):
    schema = yaml.safe_load((CHECKOUT / f"workflow/schemas/{name}.schema.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("key", "stated"), ALL)
def test_every_key_is_described_and_its_default_fits(key, stated):
    assert stated.description.endswith(".")
    assert list(stated.mismatches(stated.default)) == []


def test_values_are_checked_in_the_same_words():
    assert Classifiers(yamnet="a file").yamnet == "a file"
    (mismatch,) = Keys.stated["seed"].mismatches(-1, ("seed",))
    assert str(mismatch) == "seed: expected a whole number from 0 to 4294967295, found -1"


def test_the_documentation_has_the_tables_of_what_is_stated():
    text = (CHECKOUT / "config/README.md").read_text(encoding="utf-8")
    assert configuration_tables.with_tables(text) == text, "run: python docs/site/configuration_tables.py"
    rows = {
        key: (value, yaml.safe_load(default))
        for key, value, default in re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \| `(.+?)` \| .+ \|$", text, re.MULTILINE)
    }

    def shown(default):
        # Of a view its name.
        views = isinstance(default, tuple) and default and isinstance(default[0], ViewParameters)
        return [{"type": view.type} for view in default] if views else default

    assert rows == {
        key: (stated.expected, list(shown(stated.default)) if isinstance(stated.default, tuple) else stated.default)
        for key, stated in ALL
    }


@pytest.mark.parametrize("old", ["`1000.0`", "Seed of every", "Hz", "`seed`"])
def test_a_table_that_differs_is_noticed(old):
    text = (CHECKOUT / "config/README.md").read_text(encoding="utf-8")
    edited = text[: text.index("## Keys")] + text[text.index("## Keys") :].replace(old, "something else", 1)
    assert edited != text
    assert configuration_tables.with_tables(edited) == text
