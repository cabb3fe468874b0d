"""Sheets: tables in UTF-8 whose rows fit a schema, with a message for each cell that does not."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from planning.naming import safe_name
from planning.problems import listing, shown

_SCHEMAS = Path(__file__).parents[1] / "schemas"


@dataclass(frozen=True)
class Row:
    """A row of a sheet.

    Attributes
    ----------
    where : str
        The sheet and the row's number, which messages begin with.
    number : int
        From 1, the header's.
    cells : dict of str to str
        By column.
    problems : tuple of str
    """

    where: str
    number: int
    cells: dict
    problems: tuple


@cache
def sheet_schema(name):
    """Read the schema of a kind of sheet; its properties are the columns."""
    with open(_SCHEMAS / f"{name}.schema.yaml", encoding="utf-8") as file:
        return yaml.safe_load(file)


def read_rows(path, schema, *, key, what):
    """Read the rows of a sheet, separated by tabs, commas or semicolons.

    Parameters
    ----------
    path : path
    schema : mapping
        See `sheet_schema`.
    key : str
        The configuration key that names the sheet.
    what : str
        What each row is for.

    Returns
    -------
    rows : list of Row
        Those that are not empty; each has its problems.
    problems : list of str
        Those of the sheet as a whole; without rows then.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [f"{path}: expected a sheet, found no such file; correct the key {key}"]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [
            f"{path}, row {line}: expected UTF-8, found byte 0x{error.object[error.start]:02x}; save it as UTF-8"
        ]
    except OSError as error:
        return [], [f"{path}: expected a sheet that can be read, found: {error.strerror}; correct the key {key}"]
    (_, header), *numbered = _numbered_rows(text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = _header_problems(path, header, schema)
    if problems:
        return [], problems
    rows = []
    for number, row in numbered:
        if any(row):
            where, cells = f"{path}, row {number}", dict(zip(header, row, strict=False))
            rows.append(Row(where, number, cells, tuple(_row_problems(where, header, row, cells, schema))))
    return rows, [] if rows else [f"{path}: expected a row for each {what}, found none below the header; add them"]


def _numbered_rows(text):
    """The rows of a sheet of cells separated by tabs, commas or semicolons, and the number of each one's last line."""
    first = text.partition("\n")[0]
    separator = max(",;", key=first.count)
    if "\t" in first or separator not in first:
        # Quotation marks have no meaning, so an unpaired one cannot swallow the following rows.
        rows = [(number, line.split("\t")) for number, line in enumerate(text.split("\n"), start=1)]
    else:
        reader = csv.reader(io.StringIO(text), delimiter=separator)
        rows = [(reader.line_num, row) for row in reader]
    return [(number, [cell.strip() for cell in row]) for number, row in rows]


def _header_problems(path, header, schema):
    known = list(schema["properties"])
    problems = [
        f"{path}, row 1: expected each column once, found {name} {header.count(name)} times; remove one"
        for name in known
        if header.count(name) > 1
    ]
    missing = [name for name in schema["required"] if name not in header]
    if missing:
        remedy = "separate the columns by tabs or commas" if len(header) == 1 else "add what is missing"
        problems.append(
            f"{path}, row 1: expected the columns {listing(schema['required'], 'and')}, "
            f"found no {listing(missing)} among {', '.join(header) or 'nothing'}; {remedy}"
        )
    return problems


def _row_problems(where, header, row, cells, schema):
    if len(row) > len(header) and any(row[len(header) :]):
        yield f"{where}: expected {len(header)} cells, found {len(row)}; remove the others"
    for name in schema["required"]:
        if name not in cells:
            yield f"{where}, column {name}: expected a value, found a row of {len(row)} cells; fill it in"
    for error in jsonschema.Draft202012Validator(schema).iter_errors(cells):
        if not error.absolute_path:
            continue
        column = error.absolute_path[-1]
        expected = error.schema["expected"]
        remedy = "; correct it"
        if column == "name" and error.instance:
            remedy = f"; write {safe_name(error.instance)}"
        yield f"{where}, column {column}: expected {expected}, found {shown(error.instance)}{remedy}"
