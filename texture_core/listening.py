"""The listening page: every original beside its syntheses, to hear, to see and to compare.

The page opens from disk. It refers to the audio where it lies, relative to itself, and brings its pictures along.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from texture_core.errors import StorageError
from texture_core.figures import common_maximum, spectrogram_image
from texture_core.storage import read_spectrogram, write_text
from texture_core.tables import TABLE1_CAPTION, capitalized, cell_text, score_heading, score_names, score_text

# Characters that stand on one line above a narrow cell.
_LONG_NAME = 26
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Sound:
    """One sound of the page.

    Attributes
    ----------
    audio : Path
        A file that browsers play, such as WAV.
    spectrogram : Path
        A file that `texture_core.storage.read_spectrogram` reads.
    """

    audio: Path
    spectrogram: Path


@dataclass(frozen=True)
class TextureRow:
    """One row of the page.

    Attributes
    ----------
    name : str
        Letters, digits, ``_`` and ``-``; the names of the row's pictures are made of it.
    title : str
        Any text.
    texture_class, also_class : str
        The class, and a second one or nothing.
    original : Sound
    syntheses : dict of str to Sound
        By setting; one that is not there is shown as an empty cell.
    figures : dict of str to Path
        Further pictures to link to, by the text of the link.
    """

    name: str
    title: str
    texture_class: str
    also_class: str
    original: Sound
    syntheses: dict
    figures: dict = field(default_factory=dict)


def write_listening_page(folder, *, corpus, textures, records, table):
    """Write ``index.html`` and the pictures it shows, ``spectrograms/*.png``.

    Only one texture's spectrograms are in memory at a time.

    Parameters
    ----------
    folder : str or Path
        Where the page shall stand.
    corpus : str
        Its name, for the heading.
    textures : iterable of TextureRow
        In the order of the page.
    records : list of dict
        The scores, as in `texture_core.tables`.
    table : texture_core.tables.Table1
        Of the same records; its settings are the columns of the page, in its order.

    Raises
    ------
    StorageError
        If a spectrogram or a sound is missing or unreadable, a name is not safe, or the page cannot be written.
    """
    folder = Path(folder)
    scores = {(record["texture"], record["setting"]): record["scores"] for record in records}
    rows = [_row(folder, texture, table.settings, scores) for texture in textures]
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        breakable=_breakable, capitalized=capitalized, score_heading=score_heading, cell_text=cell_text
    )
    page = environment.get_template("listening.html.j2").render(
        corpus=corpus,
        rows=rows,
        table=table,
        table_caption=TABLE1_CAPTION,
        long_names=any(len(name) > _LONG_NAME for name in table.settings),
    )
    write_text(folder / "index.html", page)


def _breakable(name):
    """A name that may be broken into lines after each ``_``."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _row(folder, texture, settings, scores):
    """What the template needs of one texture; writes its pictures."""
    _require_safe(texture.name)
    sounds = {None: texture.original, **{name: texture.syntheses.get(name) for name in settings}}
    spectrograms = {name: read_spectrogram(sound.spectrogram) for name, sound in sounds.items() if sound}
    maximum = common_maximum(spectrograms.values())
    cells = []
    for setting, sound in sounds.items():
        cell = {"setting": setting, "audio": None}
        if sound:
            cell["audio"] = _audio_url(folder, sound.audio)
            cell["picture"] = _picture(folder, texture.name, setting, spectrograms[setting], maximum)
            known = scores.get((texture.name, setting), {})
            cell["scores"] = [
                (score_heading(name), score_text(name, known[name])) for name in score_names([{"scores": known}])
            ]
        cells.append(cell)
    return {
        "name": texture.name,
        "title": texture.title or texture.name,
        "classes": [name for name in (texture.texture_class, texture.also_class) if name],
        "figures": [(label, _url(folder, path)) for label, path in texture.figures.items()],
        "cells": cells,
    }


def _picture(folder, texture, setting, spectrogram, maximum):
    if setting is not None:
        _require_safe(setting)
    # A dot is in no name, so that no two pictures share a file.
    path = folder / "spectrograms" / (f"{texture}.png" if setting is None else f"{texture}.{setting}.png")
    width, height = spectrogram_image(path, spectrogram, maximum=maximum)
    seconds = (spectrogram.log_magnitude.shape[1] - 1) * spectrogram.hop_length / spectrogram.sample_rate
    return {
        "url": _url(folder, path),
        "width": width,
        "height": height,
        "extent": f"{seconds:.1f} s, 0 to {spectrogram.sample_rate / 2000:g} kHz",
    }


def _audio_url(folder, path):
    if not Path(path).is_file():
        raise StorageError(f"{path}: there is no such file; the listening page needs it")
    return _url(folder, path)


def _url(folder, path):
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def _require_safe(name):
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise StorageError(f"listening page: expected a name of letters, digits, _ and -, found {name!r}")
