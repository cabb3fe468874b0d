"""Parameter sets from plain mappings and back: a user's configuration, and what travels to jobs and into files."""

from collections.abc import Mapping

from texture_core.errors import ParameterError
from texture_core.parameters.field import ParameterSet
from texture_core.parameters.method import WEIGHTS_BY_KIND, Parameters
from texture_core.parameters.statement import NOT_NEUTRAL


def from_mapping(cls, mapping, path=""):
    """Build a parameter set from what a user wrote; keys that are left out take their defaults.

    Parameters
    ----------
    cls : type
        A `ParameterSet`.
    mapping : mapping
        Nested as the sets are.
    path : str
        Where the mapping stands in the user's configuration, for messages.

    Raises
    ------
    ParameterError
        For an unknown key or a value out of range, with the key's path.
    """
    if cls is Parameters:
        mapping = with_preset(mapping)
    try:
        for mismatch in cls.mismatches(mapping, cls.section):
            raise ParameterError(str(mismatch))
        return cls(**mapping)
    except ParameterError as error:
        raise ParameterError(f"{path}.{error}" if path else str(error)) from None


def with_preset(mapping):
    """Add the weights of its ``preset``, if it names one, to a mapping of parameters without them."""
    preset = mapping.get("preset")
    known = isinstance(preset, str) and preset in WEIGHTS_BY_KIND
    return {**WEIGHTS_BY_KIND[preset], **mapping} if known else dict(mapping)


def to_mapping(parameters):
    """Convert a parameter set to a nested mapping of plain values, without neutral values.

    Two parameter sets with equal results have equal mappings, in the same order and with the same types. `read_back`
    is the inverse.
    """
    mapping = {}
    for name, stated in parameters.stated.items():
        value = getattr(parameters, name)
        if stated.neutral is NOT_NEUTRAL or stated.neutral != value:
            mapping[name] = _plain(stated, value)
    return mapping


def _plain(stated, value):
    if isinstance(value, ParameterSet):
        return to_mapping(value)
    if isinstance(value, tuple):
        return [_plain(stated.of, item) if stated.of else item for item in value]
    return float(value) if stated.type is float and value is not None else value


def read_back(cls, mapping):
    """Build the parameter set that `to_mapping` made a mapping of.

    A key that is left out takes its neutral value, which may differ from its default.

    Raises
    ------
    ParameterError
        As `from_mapping`.
    """
    return from_mapping(cls, _with_neutral(cls, mapping))


def _with_neutral(cls, mapping):
    filled = {}
    for name, stated in cls.stated.items():
        value = mapping.get(name, stated.neutral)
        if value is NOT_NEUTRAL and stated.is_section:
            value = {}
        if value is not NOT_NEUTRAL:
            filled[name] = _filled(stated, value)
    return {**mapping, **filled}


def _filled(stated, value):
    if stated.is_section and isinstance(value, Mapping):
        return _with_neutral(stated.type, value)
    if stated.type is tuple and stated.of and isinstance(value, list | tuple):
        return [_filled(stated.of, item) for item in value]
    return value
