"""Read the scores of a study, ``scores.tsv``, for statistics."""

import csv
import math

import numpy as np

from texture_core.errors import StorageError

_TEXTS = ("texture", "setting", "class", "also_class")


class MissingScores(Exception):
    """Raised if scores that a question needs are missing; the message names them."""


class ScoreTable:
    """Scores by name, setting and texture.

    Parameters
    ----------
    rows : list of dict
        As `read_score_table` returns them.

    Attributes
    ----------
    settings, textures, scores : tuple of str
        In the order of the rows and columns.
    """

    def __init__(self, rows):
        self._values, self._classes = {}, {}
        for row in rows:
            self._classes[row["texture"]] = {row["class"], row.get("also_class")} - {"", None}
            for name, value in row.items():
                if isinstance(value, float) and math.isfinite(value):
                    self._values[name, row["setting"], row["texture"]] = value
        self.settings = tuple(dict.fromkeys(row["setting"] for row in rows))
        self.textures = tuple(self._classes)
        columns = dict.fromkeys(name for row in rows for name in row if name not in _TEXTS)
        self.scores = tuple(name for name in columns if any(name == score for score, _, _ in self._values))

    def classes(self, texture):
        """Return the set of classes of a texture."""
        return self._classes[texture]

    def having(self, score, settings, texture_class=None):
        """Return the textures (of a class) that have a score in all given settings, a tuple."""
        return tuple(
            texture
            for texture, classes in self._classes.items()
            if (texture_class is None or texture_class in classes)
            and all((score, setting, texture) in self._values for setting in settings)
        )

    def common(self, score, settings, texture_class=None):
        """Like `having`, but never empty.

        Raises
        ------
        MissingScores
            If there are no such textures.
        """
        textures = self.having(score, settings, texture_class)
        if not textures:
            kind = f"{texture_class} texture" if texture_class else "texture"
            without = [setting for setting in settings if not self.having(score, [setting], texture_class)]
            where = f"in {', '.join(without)}" if without else f"in all of {', '.join(settings)}"
            raise MissingScores(f"no {kind} has {score} {where}")
        return textures

    def values(self, score, setting, textures):
        """Return the scores of textures in a setting, an array (textures,), unscaled."""
        return np.array([self._values[score, setting, texture] for texture in textures])

    def means(self, score, settings, textures):
        """Return the mean score of each setting."""
        return {setting: self.values(score, setting, textures).mean() for setting in settings}


def read_score_table(path):
    """Read a ``scores.tsv`` to a list of dict, with floats, or None for missing numbers.

    Raises
    ------
    StorageError
        If the file is missing, empty or not such a table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StorageError(
            f"{path}: cannot be read as a table of scores ({error}); give results/CORPUS/scores.tsv"
        ) from None
    if not rows:
        raise StorageError(f"{path}: expected a row for each score file, found none; wait until a sound is scored")
    for number, row in enumerate(rows, start=2):
        if not {"texture", "setting", "class"} <= set(row) or None in row:
            raise StorageError(
                f"{path}, line {number}: expected the columns texture, setting, class and one per score, found "
                f"{', '.join(map(str, row))}; give results/CORPUS/scores.tsv"
            )
        for name, text in row.items():
            if name not in _TEXTS:
                row[name] = _number(text, path, number, name)
    return rows


def _number(text, path, line, column):
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise StorageError(f"{path}, line {line}: expected a number in column {column}, found {text!r}") from None
