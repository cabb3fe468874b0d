"""Check a configuration against `Keys`: find unknown keys and invalid values, and explain how to correct them."""

import itertools
import math
from collections.abc import Mapping
from functools import reduce

from planning.keys import Keys
from planning.problems import listing, shown, suggestion
from texture_core import registry
from texture_core.parameters.field import ParameterSet, leaves
from texture_core.parameters.statement import dotted


def checked(config):
    """Compare a configuration with `Keys`.

    Returns
    -------
    config : dict
        A copy in plain mappings, without invalid parts and without sections that have no value.
    problems : list of str
        One line each.
    """
    config, problems = _with_text_keys(config, "")
    config = _without_empty(config, Keys)
    for mismatch in list(Keys.mismatches(config)):
        problems.append(f"{dotted(mismatch.path)}: {reason(mismatch)}")
        remove(config, mismatch.path)
    return config, problems


def _with_text_keys(value, where):
    """Return a copy in plain mappings and lists without keys that are not strings, and a problem for each of these."""
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


def _without_empty(mapping, cls):
    """Drop sections without a value, and replace settings without a value by an empty mapping."""
    result = {}
    for key, value in mapping.items():
        stated = cls.stated.get(key)
        if stated and stated.type is dict and stated.of and stated.of.is_section and isinstance(value, dict):
            value = {
                name: _without_empty(item or {}, stated.of.type) if isinstance(item, dict | None) else item
                for name, item in value.items()
            }
        elif stated and stated.is_section and isinstance(value, dict):
            value = _without_empty(value, stated.type)
        if value is not None or not stated or not (stated.is_section or stated.type is dict):
            result[key] = value
    return result


def reason(mismatch):
    """Describe a mismatch: what was expected, what was found and what to do."""
    found, stated = mismatch.found, mismatch.parameter
    if stated is None:
        return f"expected {mismatch.expected}, found {found}{suggestion(found, mismatch.known) or '; remove it'}"
    remedy = suggestion(found, stated.choices) or "; correct it"
    if isinstance(found, str):
        if stated.type in (int, float) and _is_number(found):
            remedy = f", which YAML reads as text; write {_yaml_number(found, stated.type is int)}"
        elif stated.type is tuple:
            remedy = f"; write [{found}]"
    elif stated.type is str and not stated.choices:
        remedy = ", which YAML does not read as text; put it in quotes"
        if "path" in mismatch.expected and isinstance(found, int):
            remedy = f", which is read as a number; write ./{found}"
    return f"expected {mismatch.expected}, found {shown(found)}{remedy}"


def _is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _yaml_number(text, whole):
    """Format a number for YAML 1.1, which requires a dot before the exponent and a sign in it."""
    value = float(text)
    if whole and value.is_integer():
        return f"{value:.0f}"
    mantissa, e, exponent = text.strip().lower().partition("e")
    return f"{float(mantissa)}e{int(exponent):+d}" if e else mantissa


def unknown_extensions(cls, mapping, prefix=""):
    """Return a problem for each name of an extension that does not exist.

    Parameters
    ----------
    cls : type
        The parameter set that describes the mapping.
    mapping : mapping
        Without invalid values.
    prefix : str
        Prefix of key paths in messages.
    """
    problems = []
    for key, stated in leaves(cls):
        *sections, name = key.split(".")
        value = reduce(lambda section, part: section.get(part) or {}, sections, mapping).get(name)
        if value is None:
            continue
        if stated.type is tuple and isinstance(stated.of.type, type) and issubclass(stated.of.type, ParameterSet):
            for number, item in enumerate(value, 1):
                problems += unknown_extensions(stated.of.type, item, f"{prefix}{key}, item {number}, ")
        if stated.extension is None:
            continue
        known = registry.names(stated.extension)
        expected = listing(known) + (" and their weights" if stated.type is dict else "")
        remedy = "; correct it" if stated.type is str else "; remove it"
        problems += [
            f"{prefix}{key}: expected {expected}, found {shown(name)}{suggestion(name, known) or remedy}"
            for name in ([value] if stated.type is str else value)
            if name not in known
        ]
    return problems


def remove(config, path):
    """Remove the value at a path in place, or the whole list for an item of a list; return whether there was one."""
    names = list(itertools.takewhile(lambda part: isinstance(part, str), path))
    for name in names[:-1]:
        config = config.get(name)
        if not isinstance(config, dict):
            return False
    if not names or names[-1] not in config:
        return False
    del config[names[-1]]
    return True
