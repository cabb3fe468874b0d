"""Markdown: text as it is, and tables."""

import re


def escape_markdown(text):
    """Escape text for one line of Markdown."""
    text = " ".join(str(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\|`*\[\]])", r"\\\1", text)
    # Underscores inside words have no meaning.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)


def markdown_row(cells, escape=True):
    """Format the cells of a row of a Markdown table, shown as they are unless `escape` is false."""
    return "| " + " | ".join(escape_markdown(cell) if escape else cell for cell in cells) + " |"


def markdown_table(header, rows):
    """Format a Markdown table whose cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"{markdown_row(cells, escape=False)}\n" for cells in lines)
