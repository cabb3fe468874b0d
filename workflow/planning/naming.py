"""Names that become folders and files: letters, digits, _ and - only."""

import re
import unicodedata
from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z0-9_-]+")
NAME_RULE = "letters, digits, _ and - only"
# File systems allow 255 bytes; the rest is for suffixes.
LONGEST_NAME = 180


def is_name(text):
    """Return whether a text is a valid name."""
    return isinstance(text, str) and len(text) <= LONGEST_NAME and NAME.fullmatch(text) is not None


def safe_name(text):
    """Convert the name of a file or folder to a valid name.

    Accents are dropped; other letters outside ASCII become ``u`` and their code point, so that names in any script
    stay distinct; everything else becomes ``_``.
    """
    characters = []
    for character in unicodedata.normalize("NFKD", text):
        if character.isascii() and (character.isalnum() or character in "_-"):
            characters.append(character)
        elif unicodedata.combining(character):
            continue
        elif character.isalnum():
            characters.append(f"u{ord(character):x}")
        else:
            characters.append("_")
    return re.sub("_+", "_", "".join(characters)).strip("_")[:LONGEST_NAME] or "unnamed"


def column_name(setting, take=None):
    """What tables and the listening page call the sounds of a setting; each of several takes has a name of its own."""
    return setting if take is None else f"{setting}-{take}"


def point_name(point, prefix=""):
    """Derive the name of a grid point from its values.

    Parameters
    ----------
    point : mapping
        Dotted key path to value, e.g. ``{"alpha": 1000, "features.filters": 8, "beta": 1e-4}``.
    prefix : str

    Returns
    -------
    str
        E.g. ``alpha-1000_features-filters-8_beta-1e-4``; with a prefix, ``prefix_alpha-…``.
    """
    parts = [f"{key.replace('.', '-')}-{_value_text(value)}" for key, value in point.items()]
    return "_".join([prefix, *parts] if prefix else parts)


def morph_name(first, second, positions):
    """Derive the name of a morph, e.g. ``rain-to-fire_0p5``, or ``rain-to-fire_0_1`` for one that moves."""
    return "_".join([f"{first}-to-{second}", *map(_number_text, positions)])


def _value_text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, list | tuple):
        return "-".join(map(_value_text, value))
    if isinstance(value, Mapping):
        return "-".join(f"{key}-{_value_text(item)}" for key, item in value.items())
    return safe_name(str(value))


def _number_text(value):
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    text = repr(float(value))
    if not 1e-2 <= abs(value) < 1e6:
        # As few digits as tell the number apart.
        shortest = next(t for digits in range(17) if float(t := f"{value:.{digits}e}") == value)
        mantissa, _, exponent = shortest.partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace(".", "p")
