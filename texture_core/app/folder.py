"""The folder of the app: recordings, textures, and a record of each.

====================  ==========================================================================================
``recordings/``       uploaded recordings, unchanged
``textures/``         the results, WAV
``records/``          one JSON file per sound: what it is and how it was made
``listening/``        what the page plays and shows, FLAC and PNG
====================  ==========================================================================================

Each file is named after its sound. Names are created here and consist of letters, digits, ``-`` and ``.``; titles,
which come from uploaded files, are never used as paths.
"""

import fcntl
import hashlib
import os
import re
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

from texture_core.app.settings import settings_of
from texture_core.errors import StorageError
from texture_core.records.files import read_json, write_json

RECORDING, TEXTURE = "recording", "texture"
QUEUED, RUNNING, DONE, FAILED, STOPPED = "queued", "running", "done", "failed", "stopped"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,119}")
# The names that `texture_core.records.files.replacing` uses.
_UNFINISHED = re.compile(r"\..*-[0-9a-f]{16}(\.[a-z0-9]+)?")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_LONGEST_STEM = 40
_LONGEST_TITLE = 200


class Folder:
    """Sounds on disk and their records in memory.

    Parameters
    ----------
    path : path
        Created if it does not exist.

    Attributes
    ----------
    path : Path
    sounds : dict of str to dict
        Records by name, in the order of their addition.

    Raises
    ------
    StorageError
        If the folder cannot be written to or is open in another app, whose address is in the message.
    """

    def __init__(self, path):
        self.path = Path(path).expanduser().resolve()
        try:
            for name in ("recordings", "textures", "records", "listening"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            # Kept open: the lock is released when the process ends, however it ends.
            self._lock = open(self.path / ".app", "a+", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be written ({error.strerror}); name another folder") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            address = self._lock.read().strip()
            self._lock.close()
            raise StorageError(f"{self.path}: an app has this folder open already, at {address}") from None
        self._remove_unfinished()
        self.sounds = self._read_records()

    def close(self):
        """Release the folder for other apps."""
        self._lock.close()

    def note_address(self, address):
        """Store the address that other apps report while this folder is in use."""
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(address)
        self._lock.flush()

    def add(self, record):
        """Add a sound; the ``name`` in its record comes from `unused_name`."""
        self.sounds[record["name"]] = record
        self.save(record)

    def save(self, record):
        """Write a record, unless its sound was removed."""
        if self.sounds.get(record["name"]) is record:
            write_json(self._record_path(record["name"]), record)

    def remove(self, name):
        """Remove a sound, its record first."""
        record = self.sounds.pop(name)
        for path in (self._record_path(name), self.path / record["file"], self.picture(name), self.listening(name)):
            path.unlink(missing_ok=True)
        self.remove_unfinished_of(name)

    def remove_unfinished_of(self, name):
        """Remove the temporary files of a killed command."""
        # Another sound's name may begin with this one.
        own = re.compile(rf"\.{re.escape(name)}-[0-9a-f]{{16}}\.wav")
        for path in (self.path / "textures").iterdir():
            if own.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def picture(self, name):
        """Return the path of a sound's spectrogram."""
        return self.path / "listening" / f"{name}.png"

    def listening(self, name):
        """Return the path of the file that the page plays for a sound."""
        return self.path / "listening" / f"{name}.flac"

    def unused_name(self, text, taken=()):
        """Convert any text to a name that neither a sound nor `taken` has."""
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_STEM].strip("-") or "sound"
        return self.numbered(stem, taken)

    def numbered(self, stem, taken=()):
        """Return a name that no sound and no file has: the stem, or the stem with the next number."""
        name, number = stem, 1
        while name in self.sounds or name in taken or self._has_file(name):
            number += 1
            name = f"{stem}-{number}"
        return name

    def _has_file(self, name):
        # Of a sound whose record was lost.
        return (self.path / "textures" / f"{name}.wav").exists() or any(
            path.stem == name for path in (self.path / "recordings").glob(f"{name}*")
        )

    def next_seed(self):
        """Return a seed that no texture in the folder has."""
        return 1 + max((record["settings"]["seed"] for record in self.textures()), default=0)

    def recordings(self):
        """Return the records of all recordings."""
        return [record for record in self.sounds.values() if record["kind"] == RECORDING]

    def textures(self):
        """Return the records of all textures."""
        return [record for record in self.sounds.values() if record["kind"] == TEXTURE]

    def _record_path(self, name):
        return self.path / "records" / f"{name}.json"

    def _remove_unfinished(self):
        for name in ("recordings", "textures", "records", "listening"):
            for path in (self.path / name).iterdir():
                if _UNFINISHED.fullmatch(path.name):
                    with suppress(OSError):
                        path.unlink()

    def _read_records(self):
        found = []
        for path in (self.path / "records").glob("*.json"):
            try:
                found.append(_checked(read_json(path), path.stem, self.path))
            except StorageError as error:
                print(f"texture-core: {error}; it is left out", file=sys.stderr)
        return {record["name"]: record for record in sorted(found, key=lambda record: record["added"])}


def title_of(text):
    """Return the title for an uploaded file: its name without folders and suffix."""
    printable = "".join(character for character in text if character.isprintable())
    name = re.split(r"[/\\]", printable)[-1].strip()
    return (Path(name).stem or "sound")[:_LONGEST_TITLE]


def suffix_of(text):
    """Return the suffix of an uploaded file's name; empty if it is unusual."""
    suffix = Path(text.lower()).suffix
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def sha256_of(path):
    """Compute the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(record, name, folder):
    """Return a record if it is complete and names only files of its own sound."""
    keys = {
        RECORDING: {"file", "title", "added", "facts", "sha256"},
        TEXTURE: {"file", "title", "added", "sources", "settings", "command", "state"},
    }
    kind = record.get("kind") if isinstance(record, dict) else None
    if (
        not _NAME.fullmatch(name)
        or kind not in keys
        or record.get("name") != name
        or not keys[kind] <= record.keys()
        or not (
            record["file"] == f"textures/{name}.wav"
            if kind == TEXTURE
            else record["file"] == f"recordings/{name}{suffix_of(record['file'])}"
        )
    ):
        raise StorageError(f"{folder}/records/{name}.json: not a record of the app")
    if kind == TEXTURE:
        try:
            settings_of(record)
        except TypeError:
            raise StorageError(f"{folder}/records/{name}.json: settings: not those of a texture") from None
    if kind == RECORDING and not os.path.isfile(folder / record["file"]):  # noqa: PTH113
        raise StorageError(f"{folder}/{record['file']}: there is no such file")
    return record
