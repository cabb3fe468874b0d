"""All results in one file."""

import json
import tempfile
import zipfile

_BLOCK = 1 << 20


def zipped(folder, records):
    """Put the sounds of records, and the records, into an open temporary file in the folder, at its beginning."""
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
    with zipfile.ZipFile(file, "w") as archive:
        for record in records:
            try:
                archive.write(folder / record["file"], f"{record['name']}.wav")
            except FileNotFoundError:
                # Removed meanwhile.
                continue
            archive.writestr(f"{record['name']}.json", json.dumps(record, indent=1, sort_keys=True))
    file.seek(0)
    return file


def blocks(file):
    """Yield the rest of a file, and close it."""
    with file:
        while block := file.read(_BLOCK):
            yield block
