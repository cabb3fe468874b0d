"""The listening page: every original beside its syntheses, to hear, to see and to compare.

The page opens from disk and stands alone: pictures and sounds lie in its folder, the sounds equally loud within a
texture and compressed. It links to the full files where they lie, relative to itself.
"""

import math
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from texture_core.records.files import write_text
from texture_core.report.listening_exhibits import copy_exhibit
from texture_core.report.listening_media import write_media
from texture_core.report.score_labels import capitalized, copy_remark, score_heading, score_names, score_text
from texture_core.report.table1_files import DISTANCES_CAPTION, TABLE1_CAPTION, cell_text

_TEMPLATES = Path(__file__).parent / "templates"


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
        The scores, as in `texture_core.report.score_rows`.
    table : texture_core.report.table1.Table1
        Of the same records; its settings are the columns of the page, in its order.
    exhibits : iterable of Exhibit

    Raises
    ------
    StorageError
        If a spectrogram, sound or exhibit is missing or unreadable, a name is not safe, or a file cannot be written.
    """
    rows = [write_media(folder, texture, table.settings) for texture in textures]
    write_page(folder, corpus=corpus, rows=rows, records=records, table=table, exhibits=exhibits)


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
            exhibits=[(exhibit, copy_exhibit(folder, exhibit)) for exhibit in exhibits],
        )
    )
    write_text(folder / "listening.css", _widths(1 + len(table.settings)) + _template("listening.css"))
    write_text(folder / "listening.js", _template("listening.js"))
    write_text(folder / "index.html", page)


def _template(name):
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _widths(count):
    """Return style variables for breaking rows of so many cells into lines of equal length."""
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
        copy_remark=copy_remark,
    )
    return environment


def _breakable(name):
    """Allow line breaks after each ``_`` of a name."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _is_variant(name, names):
    """Return whether a score is a variant of another one, as ``diversity_shift`` is of ``diversity``."""
    return any(name.startswith(f"{other}_") for other in names)


def _class_sizes(rows):
    sizes = {}
    for row in rows:
        for name in row.texture.classes:
            sizes[name] = sizes.get(name, 0) + 1
    return dict(sorted(sizes.items()))
