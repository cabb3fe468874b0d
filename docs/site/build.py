"""Build the documentation site: ``make docs``.

The texts stay where they are read beside the code, with links between files. This copies them into one folder, turns
those links into links between pages, adds the navigation and the reference of the library, and runs Sphinx, for which
every warning is an error.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path, PurePosixPath

from configuration_tables import with_tables
from reference import write_reference
from sphinx.cmd.build import main as sphinx_main

SITE = Path(__file__).parent
CHECKOUT = SITE.parents[1]

# The navigation: of each part its pages, in order. A file of docs/ that is not named comes at the end of "Go on".
PAGES = {
    "Start": ["README.md"],
    "How to": ["docs/sound-designer.md", "docs/researcher.md", "docs/engineer.md"],
    "Go on": ["docs/guide.md", "config/README.md", "docs/command-line.md", "docs/library.md", "docs/extending.md"],
    "Background": ["docs/method.md", "docs/a-recordings-way.md", "docs/results.md", "docs/performance.md"],
    "The project": ["CONTRIBUTING.md", "CHANGELOG.md"],
}
NAMES = {
    "README.md": "index",
    "config/README.md": "configuration",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
}


def documents():
    """Every file that becomes a page: its path below the checkout, to the page's name."""
    named = [path for paths in PAGES.values() for path in paths]
    others = sorted(f"docs/{path.name}" for path in CHECKOUT.glob("docs/*.md"))
    return {path: NAMES.get(path, PurePosixPath(path).stem) for path in dict.fromkeys([*named, *others])}


def navigation(pages):
    """The table of contents that the first page carries, unseen, and the margin of all pages shows."""
    named = {path for paths in PAGES.values() for path in paths}
    text = ""
    for caption, paths in PAGES.items():
        entries = [pages[path] if pages[path] != "index" else "Overview <self>" for path in paths]
        if caption == "Go on":
            entries += [*(name for path, name in pages.items() if path not in named), "reference/index"]
        text += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```", ""])
    return text


def with_page_links(text, path, pages, folder):
    """A document whose links to files lead to pages; pictures are copied along, other files of the project named only.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        Where it stands, below the checkout.
    pages : dict of str
        What `documents` returns.
    folder : pathlib.Path
        Where pictures go.

    Raises
    ------
    FileNotFoundError
        A link leads to nothing.
    """

    def replaced(match):
        before, label, target, anchor = match.groups()
        linked = (CHECKOUT / path).parent / target
        if not linked.exists():
            raise FileNotFoundError(f"{path}: expected a file at {target}, found none; correct the link")
        name = linked.resolve().relative_to(CHECKOUT).as_posix()
        if name in pages:
            return f"{before}[{label}]({pages[name]}.md{anchor or ''})"
        if before:
            place = folder / "images" / linked.name
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(linked, place)
            return f"![{label}](images/{linked.name})"
        plain = label.strip("`")
        return f"`{name}`" if plain in name else f"{label} (`{name}`)"

    link = re.compile(r"(!?)\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
    # Not within fenced code.
    parts = re.split(r"^(```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else link.sub(replaced, part) for part in parts)


def prepare(folder):
    """Write all that Sphinx reads into a new folder."""
    folder.mkdir(parents=True)
    pages = documents()
    for path, name in pages.items():
        text = with_page_links((CHECKOUT / path).read_text(encoding="utf-8"), path, pages, folder)
        if path == "config/README.md":
            text = with_tables(text)
        if name == "index":
            text += navigation(pages)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    write_reference(folder / "reference")


def main():
    """Prepare the pages and run Sphinx on them; its exit status is this program's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, nargs="?", default=CHECKOUT / "build/site")
    output = parser.parse_args().output
    for name in ("source", "doctrees", "html"):
        shutil.rmtree(output / name, ignore_errors=True)
    try:
        prepare(output / "source")
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    options = ["--fail-on-warning", "--quiet", "--conf-dir", str(SITE), "--doctree-dir", str(output / "doctrees")]
    return sphinx_main([*options, str(output / "source"), str(output / "html")])


if __name__ == "__main__":
    sys.exit(main())
