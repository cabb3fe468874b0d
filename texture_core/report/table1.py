"""Mean scores per setting and class, beside the paper's Table 1.

Records are those of `texture_core.report.score_rows`. The record of a collection has ``setting`` and ``scores``, as
returned by `texture_core.scores.compute.score_collection`: by name and by group (``all`` or a class) ``value``,
``textures`` and ``points``.
"""

import math
from collections import Counter
from dataclasses import dataclass

from texture_core.report.paper_table import class_order, paper_table
from texture_core.report.score_labels import NOT_AVERAGED, finite, score_heading, score_names, score_unit
from texture_core.report.score_rows import score_rows, setting_names

_SHOWN_NAMES = 8


@dataclass(frozen=True)
class Cell:
    """The mean of one score over the textures of one class in one setting.

    Attributes
    ----------
    mean : float or None
        In the unit of the score; None if no texture has a value.
    textures : int
        Number of values of the mean.
    missing : int
        Number of textures of the class without a value.
    paper : str
        Figure of the paper as printed, in the same unit; empty if there is none.
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
        Number of points of ``all`` and of each class; None if the settings have different numbers.
    cells : dict
        (setting, group) to `Cell`, with the value as its mean.
    """

    score: str
    groups: dict
    cells: dict


@dataclass(frozen=True)
class Table1:
    """Mean scores per setting and class, with notes.

    Attributes
    ----------
    settings, scores : tuple of str
        In the order of the table.
    classes : dict of str to int
        Number of textures of each class.
    cells : dict
        (score, setting, class) to `Cell`.
    notes : tuple of str
        Sentences in plain text.
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
        """Return whether the paper has a figure for any cell of this score."""
        return any(cell.paper for (name, _, _), cell in self.cells.items() if name == score)


def table1(records, *, settings=None, left_out=(), missing_scores=None, count_both_classes=True, collections=()):
    """Compute mean scores per setting and class.

    Parameters
    ----------
    records : list of dict
    settings : sequence of str, optional
        Order of the settings; see `setting_names`.
    left_out : sequence of dict
        ``texture`` and ``reason`` of textures that could not be used.
    missing_scores : dict of str to str, optional
        Scores that could not be computed for any texture, and the reasons.
    count_both_classes : bool
        Whether a texture with a second class counts in both or only in the first.
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
    classes = {name: len(members[name]) for name in sorted(members, key=class_order)}
    names = setting_names(records, settings)
    scores = tuple(name for name in score_names(records) if name not in NOT_AVERAGED)
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
    """Return the scores of whole collections, and notes about them."""
    found = {}
    for record in collections:
        for score, groups in record["scores"].items():
            for group, value in groups.items():
                found.setdefault(score, {}).setdefault(group, {})[record["setting"]] = value
    distances, remarks = [], []
    for score in sorted(found):
        sizes, cells = {}, {}
        for group in sorted(found[score], key=lambda name: (name != "all", class_order(name))):
            of_settings = found[score][group]
            counts = Counter(value["points"] for value in of_settings.values())
            (points, count), *others = counts.most_common()
            sizes[group] = points
            where = f"{score_heading(score)}, {group}"
            if others and count == others[0][1]:
                remarks.append(
                    f"{where}: no value, because the settings have {min(counts)} to {max(counts)} points, and only "
                    "values of equally many can be compared."
                )
                sizes[group] = points = None
            elif others:
                remarks.append(
                    f"{where}: only of settings with {points} points, because only values of equally many can be "
                    "compared."
                )
            elif all(value["value"] is None for value in of_settings.values()):
                remarks.append(f"{where}: no value, because {points} points are too few.")
            for setting in settings:
                value = of_settings.get(setting, {"value": None, "textures": 0, "points": None})
                number = finite(value["value"]) if value["points"] == points else None
                mean = None if number is None else score_unit(score).factor * number
                cells[setting, group] = Cell(mean, value["textures"], 0, "")
        distances.append(Distances(score, sizes, cells))
    return tuple(distances), remarks


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
