"""Read and check the JSON records of earlier jobs, which may have been edited, truncated or swapped."""

from numbers import Real

from texture_core.errors import StorageError
from texture_core.records.files import read_json


def read_scores(path, textures):
    """Read the scores of one synthesis.

    Parameters
    ----------
    path : path
    textures : dict of str to dict
        What is said of each texture: ``class``, ``also_class`` and, if it is shown, ``title``. The file does not have
        them, so that a new title is no reason to score again.

    Returns
    -------
    dict
        Strings ``texture``, ``setting`` and those of `textures`; ``scores``, name to number or None; ``missing``, name
        to the reason why a score could not be computed.

    Raises
    ------
    StorageError
        If the file is missing, not JSON, or not such a record; the message names the key.
    """
    record = _read(path, texts=("texture", "setting"), mappings=("scores", "missing"))
    texture = record["texture"]
    _expect(texture in textures, path, "texture", "a texture of the corpus", texture)
    for name, value in record["scores"].items():
        _expect(value is None or _is_number(value), path, f"scores.{name}", "a number or null", value)
    return record | textures[texture]


def read_collection_scores(path):
    """Read the collection scores of a setting.

    Returns
    -------
    dict
        ``setting``; ``scores``, name to group to a mapping of ``value``, ``textures`` and ``points``; ``missing`` as in
        `read_scores`.

    Raises
    ------
    StorageError
        See `read_scores`.
    """
    record = _read(path, texts=("setting",), mappings=("scores", "missing"))
    for name, groups in record["scores"].items():
        _expect(isinstance(groups, dict), path, f"scores.{name}", "groups and their values", groups)
        for group, found in groups.items():
            key = f"scores.{name}.{group}"
            _expect(isinstance(found, dict), path, key, "a mapping", found)
            value = found.get("value", "nothing")
            _expect(value is None or _is_number(value), path, f"{key}.value", "a number or null", value)
            for count in ("textures", "points"):
                _expect(type(found.get(count)) is int, path, f"{key}.{count}", "a whole number", found.get(count))
    return record


def read_left_out(path):
    """Read the textures that the check of a corpus rejected: a list of mappings with ``texture`` and ``reason``.

    Raises
    ------
    StorageError
        See `read_scores`.
    """
    record = _read(path)
    left_out = record.get("left_out")
    _expect(isinstance(left_out, list), path, "left_out", "a list", left_out)
    for item in left_out:
        whole = isinstance(item, dict) and all(isinstance(item.get(key), str) for key in ("texture", "reason"))
        _expect(whole, path, "left_out", "a texture and a reason each", item)
    return left_out


def _read(path, texts=(), mappings=()):
    record = read_json(path)
    _expect(isinstance(record, dict), path, "the file", "a mapping", record)
    for key in texts:
        _expect(isinstance(record.get(key), str), path, key, "a text", record.get(key))
    for key in mappings:
        _expect(isinstance(record.get(key), dict), path, key, "a mapping", record.get(key))
    for name, reason in record["missing"].items() if "missing" in mappings else ():
        _expect(isinstance(reason, str), path, f"missing.{name}", "a text", reason)
    return record


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _expect(condition, path, key, expected, found):
    if not condition:
        raise StorageError(f"{path}: {key}: expected {expected}, found {repr(found)[:80]}; delete it and run again")
