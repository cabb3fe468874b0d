"""The listening page: every original beside its syntheses, to hear, to see and to compare.

The page opens from disk and stands alone: pictures and sounds lie in its folder, the sounds equally loud within a
texture and compressed. It links to the full files where they lie, relative to itself.
"""

import hashlib
import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from texture_core.errors import StorageError
from texture_core.records.files import replacing, write_text
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.report.figures import common_maximum, spectrogram_image
from texture_core.report.playback import write_matched
from texture_core.report.tables import (
    DISTANCES_CAPTION,
    TABLE1_CAPTION,
    capitalized,
    cell_text,
    score_heading,
    score_names,
    score_text,
)

_TEMPLATES = Path(__file__).parent / "templates"
_SOUND_SUFFIXES = frozenset({".flac", ".mp3", ".ogg", ".wav"})
_PICTURE_SUFFIXES = frozenset({".jpg", ".png", ".svg", ".webp"})


@dataclass(frozen=True)
class Sound:
    """One sound of the page.

    Attributes
    ----------
    audio : Path
        A file that libsndfile reads and browsers play, such as WAV.
    spectrogram : Path
        A file that `texture_core.records.spectrogram_files.read_spectrogram` reads.
    """

    audio: Path
    spectrogram: Path


@dataclass(frozen=True)
class TextureRow:
    """One row of the page.

    Attributes
    ----------
    name : str
        Letters, digits, ``_`` and ``-``; the names of the row's files are made of it.
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

    @property
    def classes(self):
        """The one or two classes."""
        return [name for name in (self.texture_class, self.also_class) if name]


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


@dataclass(frozen=True)
class Picture:
    """A spectrogram in the page's folder.

    Attributes
    ----------
    url : str
        Relative to the page.
    width, height : int
        Pixels.
    extent : str
        What its axes span, in words.
    """

    url: str
    width: int
    height: int
    extent: str


@dataclass(frozen=True)
class Cell:
    """One sound as the page shows it.

    Attributes
    ----------
    setting : str or None
        None for the original.
    url, source_url : str
        The sound for listening and the file that it was made from, relative to the page.
    seconds : float
        Duration.
    gain : float
        Between the two files, in dB.
    reach : float
        The last position that every browser can jump to, in seconds.
    picture : Picture
    """

    setting: str | None
    url: str
    source_url: str
    seconds: float
    gain: float
    reach: float
    picture: Picture


@dataclass(frozen=True)
class PageRow:
    """One texture as the page shows it.

    Attributes
    ----------
    texture : TextureRow
    cells : dict of (str or None) to Cell
        By setting, the original's key being None.
    figures : dict of str to str
        Addresses relative to the page, by the text of the link.
    """

    texture: TextureRow
    cells: dict
    figures: dict


def write_listening_page(folder, *, corpus, textures, records, table, exhibits=()):
    """Write the page with all that it shows: `write_media` for each texture, then `write_page`.

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
        The scores, as in `texture_core.report.tables`.
    table : texture_core.report.tables.Table1
        Of the same records; its settings are the columns of the page, in its order.
    exhibits : iterable of Exhibit

    Raises
    ------
    StorageError
        If a spectrogram, sound or exhibit is missing or unreadable, a name is not safe, or a file cannot be written.
    """
    rows = [write_media(folder, texture, table.settings) for texture in textures]
    write_page(folder, corpus=corpus, rows=rows, records=records, table=table, exhibits=exhibits)


def write_media(folder, texture, settings):
    """Write what one row of the page shows: ``spectrograms/*.png`` on one scale and ``audio/*.flac``, equally loud.

    Parameters
    ----------
    folder : str or Path
    texture : TextureRow
    settings : sequence of str
        Which syntheses to show.

    Returns
    -------
    PageRow

    Raises
    ------
    StorageError
        As `write_listening_page`.
    """
    folder = Path(folder)
    sounds = {
        None: texture.original,
        **{name: texture.syntheses[name] for name in settings if name in texture.syntheses},
    }
    stems = {setting: _stem(texture.name, setting) for setting in sounds}
    pictures = _write_pictures(folder, sounds, stems)
    targets = {setting: folder / "audio" / f"{stem}.flac" for setting, stem in stems.items()}
    playbacks = write_matched([(Path(sound.audio), targets[setting]) for setting, sound in sounds.items()])
    cells = {
        setting: Cell(
            setting=setting,
            url=_url(folder, targets[setting]),
            source_url=_url(folder, sound.audio),
            seconds=playback.seconds,
            gain=playback.gain,
            reach=playback.reach,
            picture=pictures[setting],
        )
        for (setting, sound), playback in zip(sounds.items(), playbacks, strict=True)
    }
    return PageRow(texture, cells, {label: _url(folder, path) for label, path in texture.figures.items()})


def write_page(folder, *, corpus, rows, records, table, exhibits=()):
    """Write ``index.html`` with its style and script, and the files of the exhibits.

    Parameters
    ----------
    folder : str or Path
        Where `write_media` wrote the rows' files.
    corpus, records, table, exhibits
        As in `write_listening_page`.
    rows : sequence of PageRow

    Raises
    ------
    StorageError
        If an exhibit is missing or of an unknown kind, or a file cannot be written.
    """
    folder = Path(folder)
    names = score_names(records)
    page = (
        _environment()
        .get_template("listening.html.j2")
        .render(
            corpus=corpus,
            rows=rows,
            columns=(None, *table.settings),
            scores={(record["texture"], record["setting"]): record["scores"] for record in records},
            headline=[name for name in names if not _is_variant(name, names)],
            score_names=names,
            classes=_class_sizes(rows),
            table=table,
            table_caption=TABLE1_CAPTION,
            distances_caption=DISTANCES_CAPTION,
            exhibits=[(exhibit, _copy_exhibit(folder, exhibit)) for exhibit in exhibits],
        )
    )
    write_text(folder / "listening.css", _widths(1 + len(table.settings)) + _template("listening.css"))
    write_text(folder / "listening.js", _template("listening.js"))
    write_text(folder / "index.html", page)


def _template(name):
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _widths(count):
    """What the style sheet must know to break rows of so many cells into lines of equal length."""
    return f":root {{ --columns: {count}; --half: {math.ceil(count / 2)}; --quarter: {math.ceil(count / 4)}; }}\n"


def _environment():
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        breakable=_breakable,
        capitalized=capitalized,
        score_heading=score_heading,
        score_text=score_text,
        cell_text=cell_text,
    )
    return environment


def _breakable(name):
    """A name that may be broken into lines after each ``_``."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _is_variant(name, names):
    """Whether a score is another form of one that is there, as ``diversity_shift`` is of ``diversity``."""
    return any(name.startswith(f"{other}_") for other in names)


def _class_sizes(rows):
    sizes = {}
    for row in rows:
        for name in row.texture.classes:
            sizes[name] = sizes.get(name, 0) + 1
    return dict(sorted(sizes.items()))


def _stem(texture, setting):
    for name in (texture, setting):
        if name is not None:
            _require_safe(name)
    # A dot is in no name, so that no two cells share a file.
    return texture if setting is None else f"{texture}.{setting}"


def _write_pictures(folder, sounds, stems):
    spectrograms = {setting: read_spectrogram(sound.spectrogram) for setting, sound in sounds.items()}
    maximum = common_maximum(spectrograms.values())
    pictures = {}
    for setting, spectrogram in spectrograms.items():
        path = folder / "spectrograms" / f"{stems[setting]}.png"
        width, height = spectrogram_image(path, spectrogram, maximum=maximum)
        seconds = (spectrogram.log_magnitude.shape[1] - 1) * spectrogram.hop_length / spectrogram.sample_rate
        extent = f"{seconds:.1f} s, 0 to {spectrogram.sample_rate / 2000:g} kHz"
        pictures[setting] = Picture(_url(folder, path), width, height, extent)
    return pictures


def _copy_exhibit(folder, exhibit):
    """Caption, address and kind of each file of an exhibit, copied into the page's folder."""
    _require_safe(exhibit.name)
    files = {}
    for caption, source in _exhibit_files(exhibit):
        if not source.is_file():
            raise StorageError(f"{source}: there is no such file; the exhibit {exhibit.name} shows it")
        digest = hashlib.sha256(source.read_bytes()).digest()
        # Of what is there twice the later stays, beside what belongs to it in its folder.
        files.pop(digest, None)
        files[digest] = (caption, source)
    shown = []
    for number, (caption, source) in enumerate(files.values(), start=1):
        suffix = source.suffix.lower()
        path = folder / "exhibits" / f"{exhibit.name}.{number}{suffix}"
        with replacing(path) as temporary:
            temporary.write_bytes(source.read_bytes())
        shown.append((caption, _url(folder, path), "sound" if suffix in _SOUND_SUFFIXES else "picture"))
    return shown


def _exhibit_files(exhibit):
    """Caption and path of each file that an exhibit names, and of those that can be shown in folders that it names."""
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
    """A key that sorts 3 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _url(folder, path):
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def _require_safe(name):
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise StorageError(f"listening page: expected a name of letters, digits, _ and -, found {name!r}")
