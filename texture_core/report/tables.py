"""The scores of all syntheses in one table, and their means per setting and class beside the paper's Table 1.

A record is what one score file holds: ``texture``, ``setting``, ``class``, ``also_class`` (a second class, or empty),
``title`` and ``scores`` (name to number; None or NaN where there is no value). A collection's record holds ``setting``
and ``scores``: name to group (``all`` or a class) to ``value``, ``textures`` and ``points``, as
`texture_core.scores.compute.score_collection` returns them.
"""

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from texture_core.errors import StorageError
from texture_core.records.files import write_text

CLASSES = ("rhythmic", "pitched", "other")
PAPER_TABLE = Path(__file__).parent / "data" / "table1.tsv"

_TABLE1_COLUMNS = ("score", "unit", "setting", "class", "mean", "textures", "missing", "paper")
_SHOWN_NAMES = 8


@dataclass(frozen=True)
class Unit:
    """What a score is printed in: a power of ten, or a unit with a symbol.

    Attributes
    ----------
    exponent : int
        Of ten.
    symbol : str
        Such as ``dB``; then the exponent is 0.
    """

    exponent: int = 0
    symbol: str = ""

    @property
    def factor(self):
        """What a score is multiplied by to be printed in this unit."""
        return 10.0**-self.exponent

    @property
    def name(self):
        """For machines: ``1`` or, for instance, ``1e-3`` or ``dB``."""
        return self.symbol or (f"1e{self.exponent}" if self.exponent else "1")

    @property
    def text(self):
        """For people: empty or, for instance, ``10⁻³`` or ``dB``."""
        power = str(self.exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return self.symbol or (f"10{power}" if self.exponent else "")


# Score families in the order of the paper's columns, then others: unit, and the column of the paper's table, if any.
_FAMILIES = {
    "vggish_kl": (Unit(-4), "vggish_1e-4"),
    "yamnet_kl": (Unit(-4), "vggish_1e-4"),
    "autocorrelation": (Unit(-3), "autocorrelation"),
    "diversity": (Unit(0), "diversity"),
    "mcdermott_snr": (Unit(symbol="dB"), None),
    "frechet_yamnet": (Unit(), None),
}
_NAMES = {
    "vggish_kl": "VGGish KL",
    "yamnet_kl": "YAMNet KL",
    "mcdermott_snr": "McDermott SNR",
    "frechet_yamnet": "Fréchet audio distance of YAMNet embeddings",
}
_HIGHER_IS_BETTER = frozenset({"mcdermott_snr"})
# Where something lies, and not how good it is: a mean over textures says nothing.
_NOT_AVERAGED = frozenset({"diversity_shift"})


@dataclass(frozen=True)
class Cell:
    """The mean of one score over the textures of one class in one setting.

    Attributes
    ----------
    mean : float or None
        In the score's unit; None where no texture has a value.
    textures : int
        How many values the mean is of.
    missing : int
        How many textures of the class have no value here.
    paper : str
        The paper's figure as printed, in the same unit; empty where it has none.
    """

    mean: float | None
    textures: int
    missing: int
    paper: str


@dataclass(frozen=True)
class Distances:
    """One score of whole collections: one number per setting and group of textures.

    Attributes
    ----------
    score : str
    groups : dict of str to int
        ``all`` and the classes, each with the number of points that its values are of.
    cells : dict
        (setting, group) to `Cell`, whose mean is the value itself.
    """

    score: str
    groups: dict
    cells: dict


@dataclass(frozen=True)
class Table1:
    """Means per setting and class, and what a reader must know about them.

    Attributes
    ----------
    settings, scores : tuple of str
        In the order of the table.
    classes : dict of str to int
        Each class with its number of textures.
    cells : dict
        (score, setting, class) to `Cell`.
    notes : tuple of str
        Plain sentences.
    left_out : tuple of dict
        ``texture`` and ``reason``.
    distances : tuple of Distances
        The scores of whole collections.
    """

    settings: tuple
    scores: tuple
    classes: dict
    cells: dict
    notes: tuple
    left_out: tuple
    distances: tuple = ()

    def has_paper(self, score):
        """Whether the paper gives a figure for any cell of this score."""
        return any(cell.paper for (name, _, _), cell in self.cells.items() if name == score)


def score_unit(score):
    """The `Unit` in which a score is printed: that of its family (``autocorrelation_rms_matched`` is of the family
    ``autocorrelation``), else 1.
    """
    family = _family(score)
    return _FAMILIES[family][0] if family else Unit()


def higher_is_better(score):
    """Whether a larger value of a score is the better one; of most the smaller is."""
    return _family(score) in _HIGHER_IS_BETTER


def score_heading(score):
    """A score's name for people, with its unit, and its direction where that is not the usual one:
    ``autocorrelation, RMS matched (10⁻³)``, ``McDermott SNR (dB, higher is better)``.
    """
    family = _family(score)
    rest = score[len(family) + 1 :].replace("_", " ").replace("rms", "RMS") if family else ""
    name = _NAMES.get(family, family or score.replace("_", " "))
    name = f"{name}, {rest}" if rest else name
    unit = "" if score in _NOT_AVERAGED else score_unit(score).text
    remarks = [text for text in (unit, "higher is better" if higher_is_better(score) else "") if text]
    return f"{name} ({', '.join(remarks)})" if remarks else name


def capitalized(text):
    """Text with its first letter in upper case and all others as they are."""
    return text[:1].upper() + text[1:]


def format_number(value):
    """A number with three significant digits, without an exponent where that is readable; ``–`` for None.

    Examples
    --------
    >>> [format_number(value) for value in (1234.5, 80.66, 9.7, 0.0123, None)]
    ['1234', '80.7', '9.70', '0.0123', '–']
    """
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.2e}"
    # The rounded value decides: 9.996 is printed as 10.0, not as 10.00.
    magnitude = math.floor(math.log10(abs(float(f"{value:.2e}"))))
    return f"{value:.{max(2 - magnitude, 0)}f}"


def score_text(score, value):
    """One score for people, in the unit of `score_heading`; a whole number as it is, ``–`` where there is no value."""
    value = _finite(value)
    return str(value) if isinstance(value, int) else format_number(value and value * score_unit(score).factor)


def score_names(records):
    """All scores that any record has: the paper's columns first, in its order, each followed by its variants."""
    order = list(_FAMILIES)

    def key(name):
        family = _family(name)
        return (order.index(family) if family else len(order), name)

    return tuple(sorted({name for record in records for name in record["scores"]}, key=key))


def setting_names(records, settings=None):
    """The settings of the records in a stable order.

    Parameters
    ----------
    records : list of dict
    settings : sequence of str, optional
        The order to use, and whichever settings shall be there without any record. By default the paper's methods
        come first, in the paper's order, then the others by name.
    """
    present = {record["setting"] for record in records}
    first = list(paper_table()) if settings is None else list(settings)
    return (*(name for name in first if name in present or settings is not None), *sorted(present - set(first)))


def paper_table():
    """The paper's Table 1.

    Returns
    -------
    dict
        Method to a dict of (score, class) to the figure as printed (a text, in the unit of `score_unit`).
    """
    table = {}
    for row in csv.DictReader(io.StringIO(PAPER_TABLE.read_text(encoding="utf-8")), delimiter="\t"):
        table[row["method"]] = {
            (score, texture_class): row[f"{column}_{texture_class}"]
            for score, (_, column) in _FAMILIES.items()
            if column
            for texture_class in CLASSES
        }
    return table


def score_rows(records, *, settings=None):
    """One row per texture and setting.

    Parameters
    ----------
    records : list of dict
        In any order.
    settings : sequence of str, optional
        Their order; see `setting_names`.

    Returns
    -------
    list of dict
        ``texture``, ``setting``, ``class``, ``also_class``, then every score of `score_names` (None where missing);
        sorted by texture, then by setting.

    Raises
    ------
    StorageError
        If a record lacks a part, holds a score that is not a number, or stands there twice.
    """
    _check_records(records)
    order = {name: number for number, name in enumerate(setting_names(records, settings))}
    names = score_names(records)
    rows = []
    for record in sorted(records, key=lambda record: (record["texture"], order[record["setting"]])):
        row = {key: record[key] for key in ("texture", "setting", "class")}
        row["also_class"] = record.get("also_class") or ""
        row.update({name: _finite(record["scores"].get(name)) for name in names})
        rows.append(row)
    return rows


def write_scores_tsv(path, records, *, settings=None):
    """Write `score_rows` as tab-separated values; numbers in full precision and unscaled, a missing one empty.

    Raises
    ------
    StorageError
        As `score_rows`, or if the file cannot be written.
    """
    columns = ["texture", "setting", "class", "also_class", *score_names(records)]
    rows = [[_full_precision(row[column]) for column in columns] for row in score_rows(records, settings=settings)]
    _write_tsv(path, columns, rows)


def table1(records, *, settings=None, left_out=(), missing_scores=None, count_both_classes=True, collections=()):
    """Mean scores per setting and class.

    Parameters
    ----------
    records : list of dict
    settings : sequence of str, optional
        Their order; see `setting_names`.
    left_out : sequence of dict
        ``texture`` and ``reason``: what could not be used.
    missing_scores : dict of str to str, optional
        Scores that could not be computed for any texture, with the reason.
    count_both_classes : bool
        Whether a texture with a second class counts in both, or in its first class alone.
    collections : list of dict
        Records of whole collections.

    Returns
    -------
    Table1

    Raises
    ------
    StorageError
        As `score_rows`.
    """
    rows = score_rows(records, settings=settings)
    members = {}
    for row in rows:
        for name in _classes_of(row, count_both_classes):
            members.setdefault(name, set()).add(row["texture"])
    classes = {name: len(members[name]) for name in sorted(members, key=_class_order)}
    names = setting_names(records, settings)
    scores = tuple(name for name in score_names(records) if name not in _NOT_AVERAGED)
    paper = paper_table()
    cells = {}
    for score in scores:
        for setting in names:
            for texture_class, size in classes.items():
                values = [
                    row[score]
                    for row in rows
                    if row["setting"] == setting
                    and texture_class in _classes_of(row, count_both_classes)
                    and row[score] is not None
                ]
                mean = score_unit(score).factor * math.fsum(values) / len(values) if values else None
                figure = paper.get(setting, {}).get((score, texture_class), "")
                cells[score, setting, texture_class] = Cell(mean, len(values), size - len(values), figure)
    distances, remarks = _distances(collections, names)
    notes = [
        *_membership_notes(rows, count_both_classes),
        *_missing_notes(rows, names, scores),
        *(
            f"{score_heading(name)}: missing, because {reason}."
            for name, reason in sorted((missing_scores or {}).items())
        ),
        *remarks,
    ]
    return Table1(names, scores, classes, cells, tuple(notes), tuple(left_out), distances)


def _distances(collections, settings):
    """The scores of whole collections, and what to note about them."""
    found = {}
    for record in collections:
        for score, groups in record["scores"].items():
            for group, value in groups.items():
                found.setdefault(score, {}).setdefault(group, {})[record["setting"]] = value
    distances, remarks = [], []
    for score in sorted(found):
        sizes, cells = {}, {}
        for group in sorted(found[score], key=lambda name: (name != "all", _class_order(name))):
            of_settings = found[score][group]
            points = sorted({value["points"] for value in of_settings.values()})
            sizes[group] = points[0]
            where = f"{score_heading(score)}, {group}"
            if len(points) > 1:
                remarks.append(
                    f"{where}: no value, because the settings have {points[0]} to {points[-1]} points, and only values "
                    "of equally many can be compared."
                )
            elif all(value["value"] is None for value in of_settings.values()):
                remarks.append(f"{where}: no value, because {points[0]} points are too few.")
            for setting in settings:
                value = of_settings.get(setting, {"value": None, "textures": 0})
                number = _finite(value["value"]) if len(points) == 1 else None
                mean = None if number is None else score_unit(score).factor * number
                cells[setting, group] = Cell(mean, value["textures"], 0, "")
        distances.append(Distances(score, sizes, cells))
    return tuple(distances), remarks


def write_table1(
    tsv_path,
    markdown_path,
    records,
    *,
    settings=None,
    left_out=(),
    missing_scores=None,
    count_both_classes=True,
    collections=(),
):
    """Write `table1` for machines (tab-separated, one row per cell) and for people (Markdown, one table per score).

    Parameters
    ----------
    tsv_path, markdown_path : str or Path
    records, settings, left_out, missing_scores, count_both_classes, collections
        See `table1`. In the tab-separated file a distance of collections stands in the column of the means.

    Raises
    ------
    StorageError
        As `score_rows`, or if a file cannot be written.
    """
    table = table1(
        records,
        settings=settings,
        left_out=left_out,
        missing_scores=missing_scores,
        count_both_classes=count_both_classes,
        collections=collections,
    )
    rows = []
    of_collections = {
        (distances.score, *place): cell for distances in table.distances for place, cell in distances.cells.items()
    }
    for (score, setting, texture_class), cell in (table.cells | of_collections).items():
        mean = "" if cell.mean is None else f"{cell.mean:.6g}"
        unit = score_unit(score).name
        rows.append([score, unit, setting, texture_class, mean, cell.textures, cell.missing, cell.paper])
    _write_tsv(tsv_path, _TABLE1_COLUMNS, rows)
    write_text(markdown_path, table1_markdown(table))


def table1_markdown(table):
    """A `Table1` as Markdown text."""
    lines = ["# Table 1: mean scores per setting and class", "", TABLE1_CAPTION]
    if not table.scores:
        lines += ["", "There are no scores."]
    for score in table.scores:
        paper = table.has_paper(score)
        header = ["setting"]
        for texture_class, size in table.classes.items():
            header += [f"{texture_class} (n = {size})", *(["paper"] if paper else [])]
        lines += ["", f"## {_markdown(capitalized(score_heading(score)))}", ""]
        lines += [_markdown_row(header), _markdown_row([":--"] + ["--:"] * (len(header) - 1), escape=False)]
        for setting in table.settings:
            row = [setting]
            for texture_class in table.classes:
                cell = table.cells[score, setting, texture_class]
                row += [cell_text(cell), *([cell.paper or "–"] if paper else [])]
            lines.append(_markdown_row(row))
    for distances in table.distances:
        header = ["setting", *(f"{group} ({size} points)" for group, size in distances.groups.items())]
        lines += ["", f"## {_markdown(capitalized(score_heading(distances.score)))}", "", DISTANCES_CAPTION, ""]
        lines += [_markdown_row(header), _markdown_row([":--"] + ["--:"] * (len(header) - 1), escape=False)]
        for setting in table.settings:
            cells = [cell_text(distances.cells[setting, group]) for group in distances.groups]
            lines.append(_markdown_row([setting, *cells]))
    if table.notes:
        lines += ["", "## Notes", "", *(f"- {_markdown(note)}" for note in table.notes)]
    if table.left_out:
        lines += ["", "## Left out", ""]
        lines += [f"- {_markdown(item['texture'])}: {_markdown(item['reason'])}" for item in table.left_out]
    return "\n".join(lines) + "\n"


TABLE1_CAPTION = (
    "Means over the textures of a class. Lower is better where a heading does not say otherwise. "
    "Where a setting is a method of the paper's Table 1, the paper's figure stands beside ours; its classifier is "
    "VGGish, also where ours is YAMNet."
)

DISTANCES_CAPTION = (
    "All sounds of a setting together, against all recordings. Few points raise a distance, so compare settings within "
    "a column, and no column with another."
)


def cell_text(cell):
    """A `Cell` for people; where values are missing it says how many there are: ``80.7 (25 of 27)``."""
    text = format_number(cell.mean)
    return f"{text} ({cell.textures} of {cell.textures + cell.missing})" if cell.missing else text


def _family(score):
    return next((family for family in _FAMILIES if score == family or score.startswith(f"{family}_")), None)


def _class_order(name):
    return (CLASSES.index(name) if name in CLASSES else len(CLASSES), name)


def _classes_of(row, count_both_classes):
    return {row["class"], row["also_class"]} - {""} if count_both_classes else {row["class"]}


def _membership_notes(rows, count_both_classes):
    double = sorted({row["texture"] for row in rows if row["also_class"]})
    if not double:
        return []
    counting = "counted in both" if count_both_classes else "counted in the first alone"
    return [f"Of two classes, and {counting}: {_enumerate(double)}."]


def _missing_notes(rows, settings, scores):
    notes = []
    textures = {row["texture"] for row in rows}
    for score in scores:
        for setting in settings:
            valued = {row["texture"] for row in rows if row["setting"] == setting and row[score] is not None}
            missing = sorted(textures - valued)
            if missing:
                notes.append(
                    f"{score_heading(score)}, {setting}: no value, and so not in the mean, "
                    f"for {len(missing)} of {len(textures)} textures: {_enumerate(missing)}."
                )
    return notes


def _enumerate(names):
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else shown


def _check_records(records):
    seen = set()
    for record in records:
        where = f"scores of texture {record.get('texture')!r}, setting {record.get('setting')!r}"
        absent = [
            key for key in ("texture", "setting", "class", "scores") if not isinstance(record.get(key), str | dict)
        ]
        if absent:
            raise StorageError(
                f"{where}: expected the keys texture, setting, class and scores; there is no {absent[0]}"
            )
        for name, value in record["scores"].items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise StorageError(f"{where}: score {name!r}: expected a number or null, found {value!r}")
        key = (record["texture"], record["setting"])
        if key in seen:
            raise StorageError(f"{where}: stand there twice; expected one record per texture and setting")
        seen.add(key)


def _finite(value):
    return value if value is not None and math.isfinite(value) else None


def _full_precision(value):
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _write_tsv(path, columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _markdown(text):
    """Text that Markdown shows as it is, on one line."""
    text = " ".join(str(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\|`*\[\]])", r"\\\1", text)
    # An underscore inside a word is plain text already.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)


def _markdown_row(cells, escape=True):
    return "| " + " | ".join(_markdown(cell) if escape else cell for cell in cells) + " |"
