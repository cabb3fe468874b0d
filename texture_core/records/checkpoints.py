"""Checkpoints: the state of a computation on disk, from which a killed computation resumes.

A checkpoint is one file: a line with the name of the format and the SHA-256 of everything that follows, a line of JSON
(identity of the computation, values of the state, dtype and shape of each array), and the bytes of the arrays. It is
used only if the checksum is right and the identity matches.
"""

import hashlib
import json
import math
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from texture_core.errors import StorageError
from texture_core.records.files import replacing

_FORMAT = b"texture-core checkpoint 1"
_FIRST_LINE = len(_FORMAT) + 1 + 64 + 1
_LONGEST_HEADER = 1 << 20
_TYPES = ("|b1", "<i4", "<i8", "<f4", "<f8")
_ARRAY = "array"


@dataclass(frozen=True)
class CheckpointPlan:
    """Where and how often a computation saves its state.

    Attributes
    ----------
    path : path
        The file; a temporary file is beside it during writing.
    interval : float
        Seconds between saves, at least 0; 0 saves after every iteration.
    note : callable
        Called with a line of text when a checkpoint is used, ignored or cannot be written.
    """

    path: Path
    interval: float = 60.0
    note: Callable = print


class Checkpoint:
    """The checkpoint of one computation.

    Parameters
    ----------
    plan : CheckpointPlan
    identity : mapping
        Everything that determines the result, as JSON-compatible values. Checkpoints of other identities are ignored.
    """

    def __init__(self, plan, identity):
        self._plan = plan
        self._identity = _as_json(identity)
        self._last = time.monotonic()
        self._failed = False

    def of_another(self, **identity):
        """Return the checkpoint, in the same file, of a computation with additions to the identity."""
        return Checkpoint(self._plan, self._identity | identity)

    def note(self, text):
        """Report a line of text to the user."""
        self._plan.note(text)

    def load(self):
        """Return the saved state, or None without a usable one; report why a checkpoint is ignored."""
        remove_leftovers(self._plan.path)
        if not os.path.lexists(self._plan.path):
            return None
        try:
            return read_checkpoint(self._plan.path, self._identity)
        except StorageError as error:
            self.note(f"checkpoint ignored, starting from the beginning: {error}")
            return None

    def due(self):
        """Return whether the interval has passed since the last save, or since the start."""
        return time.monotonic() - self._last >= self._plan.interval

    def save(self, state):
        """Replace the checkpoint; a failure to write is reported and does not stop the computation."""
        try:
            write_checkpoint(self._plan.path, self._identity, state)
            self._failed = False
        except (StorageError, MemoryError) as error:
            if not self._failed:
                self.note(f"checkpoint not written, continuing without: {error or 'out of memory'}")
            self._failed = True
        self._last = time.monotonic()


def write_checkpoint(path, identity, state):
    """Store a state.

    Parameters
    ----------
    path : path
    identity : mapping
        JSON-compatible values.
    state : mapping
        Mappings and lists of strings, finite numbers, None, and arrays of bool, int32, int64, float32 or float64.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    arrays = []
    packed = _packed(state, arrays)
    layout = [[array.dtype.str, list(array.shape)] for array in arrays]
    header = {"identity": _as_json(identity), "state": packed, "arrays": layout}
    parts = [
        json.dumps(header, allow_nan=False).encode() + b"\n",
        *(memoryview(a.reshape(-1)).cast("B") for a in arrays),
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(b"%s %s\n" % (_FORMAT, digest.hexdigest().encode()))
        for part in parts:
            file.write(part)


def read_checkpoint(path, identity):
    """Read a state.

    Parameters
    ----------
    path : path
    identity : mapping
        Expected identity.

    Returns
    -------
    dict
        The state, with tuples as lists.

    Raises
    ------
    StorageError
        If the file is missing, not a checkpoint, damaged, or of another identity; the message names the differences.
    """
    try:
        with open(path, "rb") as file:
            return _read(file, _as_json(identity))
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error})") from None
    except StorageError as error:
        raise StorageError(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise StorageError(f"{path}: damaged") from None


def remove_checkpoint(path):
    """Remove a checkpoint, if it exists, and leftovers of interrupted saves."""
    remove_leftovers(path)
    with suppress(OSError):
        Path(path).unlink(missing_ok=True)
    with suppress(OSError):
        # Removes the folder only if it is empty.
        Path(path).parent.rmdir()


def remove_leftovers(path):
    """Remove temporary files of `texture_core.records.files.replacing` that a killed process left."""
    path = Path(path)
    leftover = re.compile(rf"\.{re.escape(path.stem)}-[0-9a-f]{{16}}{re.escape(path.suffix)}")
    with suppress(OSError):
        for entry in list(path.parent.iterdir()):
            if leftover.fullmatch(entry.name):
                with suppress(OSError):
                    entry.unlink()


def _as_json(value):
    return json.loads(json.dumps(value, sort_keys=True, allow_nan=False))


def _packed(value, arrays):
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value).reshape(value.shape)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if array.dtype.str not in _TYPES:
            raise TypeError(f"a checkpoint holds no arrays of type {array.dtype}")
        arrays.append(array)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        return {key: _packed(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item, arrays) for item in value]
    return value


def _unpacked(value, arrays):
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _unpacked(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item, arrays) for item in value]
    return value


def _read(file, identity):
    first = file.read(_FIRST_LINE)
    if len(first) != _FIRST_LINE or not first.startswith(_FORMAT + b" ") or not first.endswith(b"\n"):
        raise StorageError("not a checkpoint of this version")
    line = file.readline(_LONGEST_HEADER)
    header = json.loads(line)
    found = header["identity"]
    if found != identity:
        names = [name for name in sorted({*found, *identity}) if found.get(name) != identity.get(name)]
        raise StorageError(f"made with another {', '.join(map(_shown, _differing(names, found, identity)))}")
    # Never read more than the file has, whatever the header claims.
    sizes = [_bytes_of(kind, shape) for kind, shape in header["arrays"]]
    if _FIRST_LINE + len(line) + sum(sizes) != os.fstat(file.fileno()).st_size:
        raise StorageError("damaged")
    digest = hashlib.sha256(line)
    arrays = []
    for (kind, shape), size in zip(header["arrays"], sizes, strict=True):
        data = bytearray(file.read(size))
        digest.update(data)
        arrays.append(np.frombuffer(data, dtype=kind).reshape(shape))
    if digest.hexdigest().encode() != first[len(_FORMAT) + 1 : -1]:
        raise StorageError("damaged")
    return _unpacked(header["state"], arrays)


def _bytes_of(kind, shape):
    if kind not in _TYPES or not all(isinstance(count, int) and count >= 0 for count in shape):
        raise StorageError("damaged")
    return np.dtype(kind).itemsize * math.prod(shape)


def _differing(names, found, identity):
    """Yield the dotted names of differences, one level deep."""
    for name in names:
        mine, theirs = identity.get(name), found.get(name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            yield from (f"{name}.{key}" for key in sorted({*mine, *theirs}) if mine.get(key) != theirs.get(key))
        else:
            yield name


def _shown(name):
    # A manipulated file may contain anything; keep log lines short and printable.
    return "".join(character if character.isprintable() else "?" for character in name)[:80]
