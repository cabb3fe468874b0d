"""Exhibits of the listening page: pictures and sounds above its rows."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from texture_core.errors import StorageError
from texture_core.records.files import replacing
from texture_core.report.listening_media import relative_url, require_safe

_SOUND_SUFFIXES = frozenset({".flac", ".mp3", ".ogg", ".wav"})
_PICTURE_SUFFIXES = frozenset({".jpg", ".png", ".svg", ".webp"})


@dataclass(frozen=True)
class Exhibit:
    """A section of its own above the sounds: what an experiment shows.

    Attributes
    ----------
    name : str
        Letters, digits, ``_`` and ``-``.
    title : str
        Any text.
    description : str
        Any text, or nothing.
    files : dict of str to Path
        Pictures and sounds that browsers know, by their caption; they are copied into the page's folder. A folder
        stands for all such files in it, captioned by their names. What is there twice is shown once.
    """

    name: str
    title: str
    description: str
    files: dict


def copy_exhibit(folder, exhibit):
    """Copy the files of an exhibit into the page's folder; return caption, address and kind of each."""
    require_safe(exhibit.name)
    files = {}
    for caption, source in _exhibit_files(exhibit):
        if not source.is_file():
            raise StorageError(f"{source}: there is no such file; the exhibit {exhibit.name} shows it")
        digest = hashlib.sha256(source.read_bytes()).digest()
        # Of identical files, the later one is kept, next to related files in its folder.
        files.pop(digest, None)
        files[digest] = (caption, source)
    shown = []
    for number, (caption, source) in enumerate(files.values(), start=1):
        suffix = source.suffix.lower()
        path = folder / "exhibits" / f"{exhibit.name}.{number}{suffix}"
        with replacing(path) as temporary:
            temporary.write_bytes(source.read_bytes())
        shown.append((caption, relative_url(folder, path), "sound" if suffix in _SOUND_SUFFIXES else "picture"))
    return shown


def _exhibit_files(exhibit):
    """Yield caption and path of each file of an exhibit, and of the pictures and sounds in its folders."""
    known = _SOUND_SUFFIXES | _PICTURE_SUFFIXES
    for caption, source in exhibit.files.items():
        source = Path(source)
        if source.is_dir():
            inside = [path for path in source.iterdir() if path.suffix.lower() in known]
            for path in sorted(inside, key=lambda path: (_natural(path.stem), path.suffix)):
                yield path.stem.replace(".", ", "), path
        elif source.suffix.lower() in known:
            yield caption, source
        else:
            kinds = ", ".join(sorted(known))
            raise StorageError(
                f"exhibit {exhibit.name}: expected a folder or a file of the kinds {kinds}, found {source}"
            )


def _natural(name):
    """Return a key that sorts 3 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
