"""Write files atomically: every file is written beside its place and renamed into it."""

import json
import os
import secrets
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from texture_core.errors import StorageError


@contextmanager
def replacing(path):
    """Yield a temporary path beside ``path``; rename it to ``path`` on success, remove it on failure.

    Raises
    ------
    StorageError
        If the folder cannot be written to or the disk is full.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(8)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_writable(path):
    """Make the folder of a path, and raise what `replacing` would if no file can be made in it."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path, error):
    return StorageError(f"{path}: cannot be written ({error.strerror or error}); free or unlock its folder")


def write_text(path, text):
    """Write a text file (UTF-8)."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value):
    """Write JSON with sorted keys, so that equal values give equal bytes; NaN and infinity become null."""
    write_text(path, json.dumps(_finite(value), indent=1, sort_keys=True, allow_nan=False) + "\n")


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value


def read_json(path):
    """Read a JSON file.

    Raises
    ------
    StorageError
        If the file is missing or not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StorageError(f"{path}: there is no such file") from None
    except (ValueError, OSError, RecursionError) as error:
        raise StorageError(f"{path}: cannot be read as JSON ({error}); delete it and run again") from error
