"""The recordings of a corpus, from its sheet or from its folder."""

from dataclasses import dataclass
from pathlib import Path

from planning.naming import safe_name
from planning.problems import listing, shown
from planning.sheets import read_rows, sheet_schema
from texture_core.demo import demo_texture_names
from texture_core.records.paths import is_file

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
    rows, problems = read_rows(path, sheet_schema("sheet"), key="sheet", what="recording")
    textures, first_rows = [], {}
    for row in rows:
        cells, found = row.cells, list(row.problems)
        if cells.get("also_class") and cells["also_class"] == cells.get("class"):
            found.append(
                f"{row.where}, column also_class: expected another class than class, found {cells['class']} in both; "
                "empty it"
            )
        name = cells.get("name", "")
        first = first_rows.setdefault(name.casefold(), row)
        if name and first is not row:
            other = first.cells["name"]
            how = "the same" if other == name else f"the same as {other} on file systems that ignore case"
            found.append(
                f"{row.where}, column name: expected a unique name, found {name}, {how}, as in row {first.number}; "
                "rename one of the two"
            )
        problems += found
        if not found:
            textures.append(Texture(name, cells["class"], cells.get("also_class", ""), cells["title"], cells["file"]))
    return textures, problems


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
        lines.append(f"{_some(others)}: not audio by their endings; list those that are in a sheet")
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
