"""The scores of all syntheses, one row per texture and setting.

A record is what `texture_core.records.score_files.read_scores` returns: ``texture``, ``setting``, ``class``,
``also_class`` (a second class, or empty), ``title`` and ``scores`` (name to number; None or NaN where there is none).
"""

import csv
import io

from texture_core.errors import StorageError
from texture_core.records.files import write_text
from texture_core.report.paper_table import paper_table
from texture_core.report.score_labels import finite, score_names


def setting_names(records, settings=None):
    """Return the settings of the records in a stable order.

    Parameters
    ----------
    records : list of dict
    settings : sequence of str, optional
        The order to use; may include settings without a record. By default the paper's methods come first, in the
        paper's order, then the others by name.
    """
    present = {record["setting"] for record in records}
    first = list(paper_table()) if settings is None else list(settings)
    return (*(name for name in first if name in present or settings is not None), *sorted(present - set(first)))


def score_rows(records, *, settings=None):
    """Return one row per texture and setting.

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
        If a record is incomplete, has a score that is not a number, or occurs twice.
    """
    _check_records(records)
    order = {name: number for number, name in enumerate(setting_names(records, settings))}
    names = score_names(records)
    rows = []
    for record in sorted(records, key=lambda record: (record["texture"], order[record["setting"]])):
        row = {key: record[key] for key in ("texture", "setting", "class")}
        row["also_class"] = record.get("also_class") or ""
        row.update({name: finite(record["scores"].get(name)) for name in names})
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
    write_tsv(path, columns, rows)


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
            raise StorageError(f"{where}: found twice; expected one record per texture and setting")
        seen.add(key)


def _full_precision(value):
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def write_tsv(path, columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, text.getvalue())
