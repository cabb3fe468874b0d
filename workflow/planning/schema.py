"""The configuration against its schema: unknown keys, wrong types, and what YAML reads otherwise than it looks."""

import itertools
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from planning.problems import listing, shown, suggestion

SCHEMA = Path(__file__).parents[1] / "schemas" / "configuration.schema.yaml"


@cache
def configuration_schema():
    """The schema of the whole configuration."""
    with open(SCHEMA, encoding="utf-8") as file:
        return yaml.safe_load(file)


def parameters_schema():
    """The schema of one setting."""
    return configuration_schema()["$defs"]["parameters"]


def key_schema(key):
    """The schema of the parameter at a dotted key path; None where there is none, or a section."""
    schema = parameters_schema()
    for part in key.split("."):
        if "properties" not in schema:
            # Below a free mapping anything may stand.
            return {} if "object" in schema["type"] else None
        schema = schema["properties"].get(part)
        if schema is None:
            return None
    return None if "properties" in schema else schema


def key_paths(schema=None, prefix=""):
    """The dotted key paths of all parameters."""
    for key, below in (schema or parameters_schema())["properties"].items():
        if "properties" in below:
            yield from key_paths(below, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def checked(config):
    """Compare a configuration with the schema.

    Returns
    -------
    config : dict
        A copy in plain mappings without the parts that do not fit, and without headings that have nothing below them.
    problems : list of str
        One line each.
    """
    config, problems = _with_text_keys(config, "")
    for error in list(jsonschema.Draft202012Validator(configuration_schema()).iter_errors(config)):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            known = list(error.schema["properties"])
            for key in [key for key in error.instance if key not in known]:
                problems.append(
                    f"{_dotted([*path, key])}: expected a known key ({', '.join(known)}), found {key}"
                    f"{suggestion(key, known) or '; remove it'}"
                )
                remove(config, [*path, key])
        else:
            problems.append(f"{_dotted(path)}: {mismatch(error)}")
            remove(config, path)
    return _without_empty(config, configuration_schema()), problems


def _with_text_keys(value, where):
    """A copy in plain mappings and lists without the keys that are no text, and a problem for each of those."""
    if isinstance(value, Mapping):
        copied, problems = {}, []
        for key, item in value.items():
            if not isinstance(key, str):
                problems.append(
                    f"{where}{shown(key)}: expected a key that is text, found {shown(key)}; put it in quotes"
                )
                continue
            copied[key], found = _with_text_keys(item, f"{where}{key}.")
            problems += found
        return copied, problems
    if isinstance(value, list | tuple):
        items = [_with_text_keys(item, where) for item in value]
        return [item for item, _ in items], [problem for _, found in items for problem in found]
    return value, []


def mismatch(error):
    """What was expected, what was found and what to do, of an error of the schema other than an unknown key."""
    schema, found = error.schema, error.instance
    expected = schema.get("expected") or listing(schema["enum"])
    remedy = suggestion(found, schema.get("enum", [])) or "; correct it"
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if isinstance(found, str):
        if {"number", "integer"} & set(types) and _is_number(found):
            remedy = f", which YAML reads as text; write {_yaml_number(found, 'integer' in types)}"
        elif "array" in types:
            remedy = f"; write [{found}]"
    elif "string" in types and "enum" not in schema:
        remedy = ", which YAML does not read as text; put it in quotes"
        if "path" in expected and isinstance(found, int):
            remedy = f", which is read as a number; write ./{found}"
    return f"expected {expected}, found {shown(found)}{remedy}"


def _is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _yaml_number(text, whole):
    """A number as YAML 1.1 reads it: with a dot before an exponent, and a sign in it."""
    value = float(text)
    if whole and value.is_integer():
        return f"{value:.0f}"
    mantissa, e, exponent = text.strip().lower().partition("e")
    return f"{float(mantissa)}e{int(exponent):+d}" if e else mantissa


def _dotted(path):
    text = ""
    for part in path:
        text += f", item {part + 1}" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the configuration"


def remove(config, path):
    """Remove what stands at a path, in place; an item of a list takes its list along. Tell whether it was there."""
    names = list(itertools.takewhile(lambda part: isinstance(part, str), path))
    for name in names[:-1]:
        config = config.get(name)
        if not isinstance(config, dict):
            return False
    if not names or names[-1] not in config:
        return False
    del config[names[-1]]
    return True


def _without_empty(value, schema):
    """Drop sections without a value: in YAML, a heading with nothing below it. A setting becomes an empty mapping."""
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        below = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        below = below if isinstance(below, dict) else {}
        if "$ref" in below:
            item, below = item or {}, parameters_schema()
        if item is None and "object" in below.get("type", []):
            continue
        result[key] = _without_empty(item, below)
    return result
