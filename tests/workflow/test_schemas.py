"""Schemas, classes and documentation tell of the same keys, units and defaults."""

import dataclasses
import re
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from planning.schema import configuration_schema, parameters_schema

from texture_core.parameters.method import AudioParameters, Parameters, SpectrogramParameters

CHECKOUT = Path(__file__).parents[2]

sys.path.insert(0, str(CHECKOUT / "docs/site"))

import configuration_tables  # noqa: E402


def class_defaults(cls):
    defaults = {}
    for field in dataclasses.fields(cls):
        value = getattr(cls(), field.name)
        if dataclasses.is_dataclass(value):
            defaults[field.name] = class_defaults(type(value))
        else:
            defaults[field.name] = list(value) if isinstance(value, tuple) else value
    return defaults


def schema_defaults(schema):
    return {
        key: schema_defaults(below) if "properties" in below else below["default"]
        for key, below in schema["properties"].items()
    }


@pytest.mark.parametrize(
    ("cls", "schema"),
    [
        (AudioParameters, configuration_schema()["properties"]["audio"]),
        (SpectrogramParameters, configuration_schema()["properties"]["spectrogram"]),
        (Parameters, parameters_schema()),
    ],
)
def test_the_schema_has_the_defaults_of_the_class(cls, schema):
    assert schema_defaults(schema) == class_defaults(cls)


@pytest.mark.parametrize("name", ["configuration", "sheet"])
def test_the_schema_is_one(name):
    schema = yaml.safe_load((CHECKOUT / f"workflow/schemas/{name}.schema.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_default_fits_its_own_schema():
    for schema in (configuration_schema(), parameters_schema()):
        for key, below in configuration_tables.leaves(schema):
            if "default" in below:
                assert jsonschema.Draft202012Validator(below).is_valid(below["default"]), key


def test_the_documentation_has_the_tables_of_the_schema():
    text = (CHECKOUT / "config/README.md").read_text(encoding="utf-8")
    assert configuration_tables.with_tables(text) == text, "run: python docs/site/configuration_tables.py"
    rows = {
        key: (unit, yaml.safe_load(default))
        for key, unit, default in re.findall(
            r"^\| `([a-z_.]+)` \| ([a-zA-Z]*) \| `(.+?)` \| .+ \|$", text, re.MULTILINE
        )
    }
    expected = {}
    for schema in (configuration_schema(), parameters_schema()):
        for key, below in configuration_tables.leaves(schema):
            expected[key] = (below.get("unit", ""), below.get("default", {}))
    assert rows == expected


@pytest.mark.parametrize("old", ["`1000.0`", "Seed of every", "Hz", "`seed`"])
def test_a_table_that_differs_is_noticed(old):
    text = (CHECKOUT / "config/README.md").read_text(encoding="utf-8")
    edited = text[: text.index("## Keys")] + text[text.index("## Keys") :].replace(old, "something else", 1)
    assert edited != text
    assert configuration_tables.with_tables(edited) == text


def test_every_key_is_described():
    for schema in (configuration_schema(), parameters_schema()):
        for key, below in configuration_tables.leaves(schema):
            assert below["description"].endswith("."), key
