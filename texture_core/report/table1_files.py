"""Write Table 1 as tab-separated values and as Markdown."""

from texture_core.records.files import write_text
from texture_core.report.markdown import escape_markdown, markdown_row
from texture_core.report.score_labels import capitalized, format_number, score_heading, score_unit
from texture_core.report.score_rows import write_tsv
from texture_core.report.table1 import table1

_TABLE1_COLUMNS = ("score", "unit", "setting", "class", "mean", "textures", "missing", "paper")


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
    """Write `table1` as tab-separated values (one row per cell) and as Markdown (one table per score).

    Parameters
    ----------
    tsv_path, markdown_path : str or Path
    records, settings, left_out, missing_scores, count_both_classes, collections
        See `table1`. The tab-separated file lists distances of collections in the column of the means.

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
    write_tsv(tsv_path, _TABLE1_COLUMNS, rows)
    write_text(markdown_path, table1_markdown(table))


def table1_markdown(table):
    """Format a `Table1` as Markdown."""
    lines = ["# Table 1: mean scores per setting and class", "", TABLE1_CAPTION]
    if not table.scores:
        lines += ["", "There are no scores."]
    for score in table.scores:
        paper = table.has_paper(score)
        header = ["setting"]
        for texture_class, size in table.classes.items():
            header += [f"{texture_class} (n = {size})", *(["paper"] if paper else [])]
        lines += ["", f"## {escape_markdown(capitalized(score_heading(score)))}", ""]
        lines += [markdown_row(header), markdown_row([":--"] + ["--:"] * (len(header) - 1), escape=False)]
        for setting in table.settings:
            row = [setting]
            for texture_class in table.classes:
                cell = table.cells[score, setting, texture_class]
                row += [cell_text(cell), *([cell.paper or "–"] if paper else [])]
            lines.append(markdown_row(row))
    for distances in table.distances:
        header = [
            "setting",
            *(f"{group} ({size} points)" if size else group for group, size in distances.groups.items()),
        ]
        lines += ["", f"## {escape_markdown(capitalized(score_heading(distances.score)))}", "", DISTANCES_CAPTION, ""]
        lines += [markdown_row(header), markdown_row([":--"] + ["--:"] * (len(header) - 1), escape=False)]
        for setting in table.settings:
            cells = [cell_text(distances.cells[setting, group]) for group in distances.groups]
            lines.append(markdown_row([setting, *cells]))
    if table.notes:
        lines += ["", "## Notes", "", *(f"- {escape_markdown(note)}" for note in table.notes)]
    if table.left_out:
        lines += ["", "## Left out", ""]
        lines += [f"- {escape_markdown(item['texture'])}: {escape_markdown(item['reason'])}" for item in table.left_out]
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
    """Format a `Cell`, with the number of values if some are missing: ``80.7 (25 of 27)``."""
    text = format_number(cell.mean)
    return f"{text} ({cell.textures} of {cell.textures + cell.missing})" if cell.missing else text
