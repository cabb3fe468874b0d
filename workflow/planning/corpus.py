"""The recordings of a corpus, from its sheet or from its folder."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from planning.naming import safe_name
from planning.problems import listing, shown
from texture_core.demo import demo_texture_names
from texture_core.records.paths import is_file

SHEET_SCHEMA = Path(__file__).parents[1] / "schemas" / "sheet.schema.yaml"
AUDIO_SUFFIXES = frozenset(
    (
        ".aif",
        ".aifc",
        ".aiff",
        ".au",
        ".caf",
        ".flac",
        ".mp3",
        ".oga",
        ".ogg",
        ".opus",
        ".rf64",
        ".w64",
        ".wav",
        ".wave",
    )
)
# Sounds, and films with sound, that people have and libsndfile does not read.
OTHER_SOUND_SUFFIXES = frozenset(
    (
        ".3gp",
        ".aac",
        ".ac3",
        ".amr",
        ".ape",
        ".dsf",
        ".m4a",
        ".m4b",
        ".mka",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpc",
        ".webm",
        ".wma",
        ".wv",
    )
)
_SHOWN_FILES = 5


@dataclass(frozen=True)
class Texture:
    """One recording.

    Attributes
    ----------
    name : str
        In paths.
    class_name, also_class : str
        Any text without a tab, such as rhythmic; also_class may be empty.
    title : str
        For readers; any text.
    file : str
        The recording's path below the corpus folder; for the demo, the file that a job makes.
    """

    name: str
    class_name: str
    also_class: str
    title: str
    file: str

    def to_mapping(self):
        """The plain mapping that jobs get."""
        return {
            "also_class": self.also_class,
            "class": self.class_name,
            "name": self.name,
            "title": self.title,
        }


@cache
def _schema():
    with open(SHEET_SCHEMA, encoding="utf-8") as file:
        return yaml.safe_load(file)


def find_sheet(folder):
    """Find a folder's sheet: ``corpus.tsv`` or ``.csv`` in it, else one by the folder's name beside it, else None."""
    folder = Path(folder)
    for stem in (folder / "corpus", folder.resolve()):
        for suffix in (".tsv", ".csv"):
            sheet = stem.with_name(f"{stem.name}{suffix}")
            if is_file(sheet):
                return sheet
    return None


def read_sheet(path):
    """Read a sheet.

    Parameters
    ----------
    path : path

    Returns
    -------
    textures : list of Texture
        Textures of the rows without problems.
    problems : list of str
        One line each, with row and column.
    """
    schema = _schema()
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [f"{path}: expected a sheet, found no such file; correct the key sheet"]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return [], [
            f"{path}, row {line}: expected UTF-8, found byte 0x{error.object[error.start]:02x}; save it as UTF-8"
        ]
    except OSError as error:
        return [], [f"{path}: expected a sheet that can be read, found: {error.strerror}; correct the key sheet"]
    (_, header), *rows = _numbered_rows(text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = _header_problems(path, header, schema)
    if problems:
        return [], problems
    textures = []
    numbered = [(number, row) for number, row in rows if any(row)]
    if not numbered:
        return [], [f"{path}: expected a row for each recording, found none below the header; add them"]
    first_rows = {}
    for number, row in numbered:
        cells = dict(zip(header, row, strict=False))
        found = list(_row_problems(f"{path}, row {number}", header, row, cells, schema))
        name = cells.get("name", "")
        first = first_rows.setdefault(name.casefold(), (number, name))
        if name and first[0] != number:
            how = "the same" if first[1] == name else f"the same as {first[1]} on file systems that ignore case"
            found.append(
                f"{path}, row {number}, column name: expected a unique name, found {name}, {how}, "
                f"as in row {first[0]}; rename one of the two"
            )
        problems += found
        if not found:
            textures.append(Texture(name, cells["class"], cells.get("also_class", ""), cells["title"], cells["file"]))
    return textures, problems


def _numbered_rows(text):
    """The rows of a sheet, with cells parted by tabs, commas or semicolons, and the number of each one's last line."""
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
    if cells.get("also_class") and cells["also_class"] == cells.get("class"):
        yield f"{where}, column also_class: expected another class than class, found {cells['class']} in both; empty it"


def list_folder(folder):
    """Treat every audio file of a folder and of its subfolders as a texture.

    Its class is the path of its subfolder, or ``other`` in the folder itself; its name is a safe form of its path. What
    begins with a dot is passed over, and so are the results of runs in the folder.

    Returns
    -------
    textures : list of Texture
    problems : list of str
    left_out : list of str
        Paths, below the folder, of the files that are no audio by their names.
    """
    folder = Path(folder)
    files, left_out = [], []
    for path in _files_below(folder, {folder.resolve()}):
        (files if path.suffix.lower() in AUDIO_SUFFIXES else left_out).append(path.relative_to(folder))
    if not files:
        return (
            [],
            [
                f"corpus_dir: expected recordings ({', '.join(sorted(AUDIO_SUFFIXES))}) in {folder} or below, found "
                "none; name another folder, or provide a sheet"
            ],
            left_out,
        )
    textures, problems, first_files = [], [], {}
    for path in files:
        file = path.as_posix()
        if "{" in file or "}" in file:
            # Snakemake treats braces as wildcards.
            problems.append(
                f"corpus_dir: expected file names without {{ and }}, found {shown(file)} in {folder}; rename it"
            )
        name = safe_name(str(path.with_suffix("")))
        first = first_files.setdefault(name.casefold(), file)
        if first != file:
            problems.append(
                f"corpus_dir: expected file names that stay distinct as {name}, found {shown(first)} and {shown(file)} "
                f"in {folder}; rename one of the two, or provide a sheet"
            )
        class_name = path.parent.as_posix()
        textures.append(Texture(name, "other" if class_name == "." else class_name, "", path.stem, file))
    return textures, problems, left_out


def _files_below(folder, visited):
    """The files of a folder, then those of its subfolders; links to folders are followed once."""
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    yield from (path for path in entries if path.is_file())
    for path in entries:
        if path.is_dir() and path.resolve() not in {*visited, Path("results").resolve()}:
            visited.add(path.resolve())
            yield from _files_below(path, visited)


def told_left_out(folder, left_out):
    """Compose the message on files that are no recordings, or None if there are none.

    Parameters
    ----------
    folder : path
    left_out : sequence of Path
        Below the folder.
    """
    sounds = [path.as_posix() for path in left_out if path.suffix.lower() in OTHER_SOUND_SUFFIXES]
    others = [path.as_posix() for path in left_out if path.suffix.lower() not in OTHER_SOUND_SUFFIXES]
    lines = []
    if sounds:
        lines.append(f"{_some(sounds)}: a format that libsndfile does not read; convert to WAV or FLAC")
    if others:
        lines.append(f"{_some(others)}: no audio by name; name recordings in a sheet, if they are any")
    return "\n  - ".join([f"Left out of {folder}:", *lines]) if lines else None


def _some(files):
    shown_files = ", ".join(files[:_SHOWN_FILES])
    return shown_files if len(files) <= _SHOWN_FILES else f"{shown_files} and {len(files) - _SHOWN_FILES} more"


def demo_textures(sheet):
    """Read the demo's textures from its sheet; see `read_sheet`."""
    textures, problems = read_sheet(sheet)
    known = demo_texture_names()
    problems += [
        f"{sheet}: expected demo textures ({listing(known)}), found {texture.name}; set corpus_dir to use recordings"
        for texture in textures
        if texture.name not in known
    ]
    return textures, problems
