"""Read the user's configuration and report all problems in it before any job runs."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from planning import corpus as corpora
from planning.checks import checked, unknown_extensions
from planning.keys import Keys
from planning.morphs import read_morphs
from planning.naming import safe_name
from planning.problems import PlanningError, listing, shown, suggestion
from planning.settings import build, laid_over, read_settings
from planning.yaml_files import duplicate_keys
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import AudioParameters, SpectrogramParameters
from texture_core.parameters.presets import least_seconds
from texture_core.records.paths import is_file, is_folder

DEMO = Path("config") / "demo.yaml"
DEMO_SHEET = Path("config") / "corpora" / "demo.tsv"
# Folders of results/ that are not corpora.
RESERVED_CORPORA = ("classifiers",)


@dataclass(frozen=True)
class Configuration:
    """A valid configuration with default values filled in.

    Attributes
    ----------
    corpus : str
        Name of the folder in ``results/``.
    corpus_dir : str or None
        Folder of the recordings; None for the built-in demo.
    textures : tuple of Texture
        Textures to compute.
    morphs : tuple of Morph
        Those between textures to compute.
    left_out : tuple of (Texture, str)
        Textures without a recording, with the reason; only if bad textures are skipped.
    remark : str or None
        What to tell of files in the folder that are no recordings.
    bad_textures, device : str
    seed, threads : int
    checkpoint_interval : float or None
        In seconds; None for no checkpoints.
    audio : AudioParameters
    spectrogram : SpectrogramParameters
    scores, exhibits : tuple of str
    classifiers : dict of str to str
        Name to file, of the classifiers that are configured.
    count_in_both_classes : bool
    settings : dict of str to Parameters
        In the order of the configuration, then those of the grid.
    outputs : dict of str to OutputParameters
        Of the settings that make sounds; the others are of a study.
    minimum_seconds : float
        Shortest recording that all settings support.
    minimum_reason : str
    """

    corpus: str
    corpus_dir: str | None
    textures: tuple
    morphs: tuple
    left_out: tuple
    remark: str | None
    bad_textures: str
    device: str
    seed: int
    threads: int
    checkpoint_interval: float | None
    audio: AudioParameters
    spectrogram: SpectrogramParameters
    scores: tuple
    exhibits: tuple
    classifiers: dict
    count_in_both_classes: bool
    settings: dict
    outputs: dict
    minimum_seconds: float
    minimum_reason: str

    @property
    def of_study(self):
        """The settings of a study, dict of str to Parameters."""
        return {name: parameters for name, parameters in self.settings.items() if name not in self.outputs}

    @property
    def check(self):
        """Path of the report on the recordings."""
        return f"results/{self.corpus}/corpus_check.json"

    def recording(self, texture):
        """Return the path of a texture's recording."""
        if self.corpus_dir is None:
            return f"results/{self.corpus}/recordings/{texture.name}.wav"
        return os.path.normpath(os.path.join(self.corpus_dir, texture.file))  # noqa: PTH118


def load(config, *, files=(), checkout=Path()):
    """Check a configuration and fill in its defaults.

    Parameters
    ----------
    config : mapping
        As merged by Snakemake from files and the command line.
    files : sequence of path
        Configuration files, to be searched for duplicate keys.
    checkout : path
        The folder that contains the demo's sheet.

    Returns
    -------
    Configuration

    Raises
    ------
    PlanningError
        With all problems of the configuration, its sheet and the results folder.
    """
    problems = [problem for file in files for problem in duplicate_keys(file)]
    config, found = checked(config)
    problems += found
    problems += unknown_extensions(Keys, config)
    if all(config.get(key) is None for key in ("corpus_dir", "sheet", "preset", "settings", "grid")):
        with open(Path(checkout) / DEMO, encoding="utf-8") as file:
            config = laid_over(checked(yaml.safe_load(file))[0], config)
    config = {key: config.get(key, {} if stated.is_section else stated.default) for key, stated in Keys.stated.items()}

    audio, found = build(AudioParameters, config["audio"], "", "audio.")
    problems += found
    spectrogram, found = build(SpectrogramParameters, config["spectrogram"], "", "spectrogram.")
    problems += found
    classifiers = {name: _plain_path(path) for name, path in config["classifiers"].items() if path}
    problems += [
        f"classifiers.{name}: expected a file, found none at {shown(path)}; correct it"
        for name, path in classifiers.items()
        if not Path(path).is_file()
    ]
    if not config["grid"] and any(problem.startswith("grid") for problem in problems):
        # Its problems are already reported; that nothing is left need not be reported too.
        config["grid"] = None
    settings, found = read_settings(
        config["defaults"], config["settings"], config["grid"], config["grid_prefix"] or "", config["preset"]
    )
    problems += found
    needed, reason = 0.0, "nothing"
    if audio and spectrogram:
        needed, reason, found = _needed_seconds(settings, audio, spectrogram)
        problems += found
    if config["exhibits"] and settings.outputs and settings.parameters.keys() == settings.outputs.keys():
        problems.append(
            f"exhibits: expected a setting of a study to show, found only {listing(settings.outputs, 'and')}, which "
            "make sounds; remove exhibits, or add a setting without the keys of sounds"
        )

    corpus, found = _corpus(config, Path(checkout))
    problems += found
    # A setting that makes sounds may only be missing because of its problems.
    if settings.outputs or not problems:
        morphs, found = _morphs(config["morphs"], corpus, settings.outputs, complete=not found)
        problems += found
    if corpus.name.casefold() in RESERVED_CORPORA:
        problems.append(
            f"corpus: expected a name other than {listing(RESERVED_CORPORA)}, found {corpus.name}; give another"
        )
    problems += _format_problems(settings.outputs, corpus.textures)
    problems += results_problems(Path("results"), corpus.name)
    if problems:
        raise PlanningError(problems)
    return Configuration(
        corpus=corpus.name,
        corpus_dir=corpus.folder,
        textures=tuple(corpus.textures),
        morphs=tuple(morphs),
        left_out=tuple(corpus.left_out),
        remark=corpora.told_left_out(corpus.folder, corpus.other_files),
        bad_textures=config["bad_textures"],
        device=config["device"],
        seed=int(config["seed"]),
        threads=int(config["threads"]),
        checkpoint_interval=config["checkpoint_interval"],
        audio=audio,
        spectrogram=spectrogram,
        scores=tuple(sorted(config["scores"])),
        exhibits=tuple(config["exhibits"]),
        classifiers=classifiers,
        count_in_both_classes=config["count_in_both_classes"],
        settings=settings.parameters,
        outputs=settings.outputs,
        minimum_seconds=needed,
        minimum_reason=reason,
    )


def _needed_seconds(settings, audio, spectrogram):
    needs = {}
    for name, parameters in settings.parameters.items():
        if name not in settings.outputs:
            needs.setdefault(minimum_seconds(parameters, audio, spectrogram), []).append(name)
    problems = [
        f"audio.duration: expected at least {seconds:.3f} s for {reason}, in setting {listing(names, 'and')}, found "
        f"{audio.duration}; raise it, or ask less of the setting"
        for (seconds, reason), names in needs.items()
        if audio.duration is not None and audio.duration < seconds
    ]
    # Sounds are made of whole recordings, and their lags are fitted to short ones.
    of_sounds = [least_seconds(settings.parameters[name]) for name in settings.outputs if name in settings.parameters]
    return *max([*needs, *of_sounds], default=(0.0, "nothing")), problems


def _morphs(sheet, corpus, outputs, *, complete):
    """Return the morphs of a sheet, if there is one, between recordings that are taken, and problems."""
    if sheet is None:
        return [], []
    absent = {texture.name for texture, _ in corpus.left_out}.union(corpus.not_chosen)
    names = absent.union(texture.name for texture in corpus.textures)
    morphs, problems = read_morphs(_plain_path(sheet), names, outputs, complete=complete)
    return [morph for morph in morphs if absent.isdisjoint((morph.first, morph.second))], problems


def _format_problems(outputs, textures):
    """Sounds whose file format has no samples of the setting's encoding."""
    problems = []
    for setting, output in outputs.items():
        flac = [texture.name for texture in textures if output.format_for(Path(texture.file).suffix) == "flac"]
        if output.encoding == "float" and flac:
            named = listing([*flac[:3], *(["more"] if len(flac) > 3 else [])], "and")
            problems.append(
                f"settings.{setting}.encoding: expected pcm16 or pcm24 for the FLAC files of {named}, found float; or "
                "write format: wav"
            )
    return problems


@dataclass(frozen=True)
class _Corpus:
    """Where the recordings are, and which are taken.

    `left_out` has those that are missing, with the reason, `not_chosen` the names of those that the key ``textures``
    leaves out, `other_files` what else is in the folder.
    """

    name: str
    folder: str | None
    textures: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    not_chosen: list = field(default_factory=list)
    other_files: list = field(default_factory=list)


def _corpus(config, checkout):
    """Return the `_Corpus` of a configuration, and problems."""
    if config["sheet"] is not None and not is_file(config["sheet"]) and is_file(checkout / config["sheet"]):
        # A sheet of the project, in a run from another folder.
        config = {**config, "sheet": str(checkout / config["sheet"])}
    if config["corpus_dir"] is None:
        name = config["corpus"] or "demo"
        if config["sheet"] is not None:
            where = config["recordings_from"]
            problems = [
                f"corpus_dir: expected the folder that holds the recordings of {config['sheet']}, found null; "
                f"{f'get them from {where}' if where else 'get them'} and give --config corpus_dir=FOLDER"
            ]
            textures, found = corpora.read_sheet(config["sheet"])
            return _Corpus(name, None, textures), problems + found
        textures, problems = corpora.demo_textures(checkout / DEMO_SHEET)
        chosen, found = _chosen(config["textures"], textures, problems)
        return _Corpus(name, None, chosen, not_chosen=_others(textures, chosen)), problems + found
    folder = _plain_path(config["corpus_dir"])
    name = config["corpus"] or safe_name(Path(folder).resolve().name)
    if not is_folder(folder):
        what = "a file" if os.path.exists(folder) else "nothing there"  # noqa: PTH110
        problem = (
            f"corpus_dir: expected a folder of recordings, found {what} ({shown(config['corpus_dir'])}); correct it"
        )
        return _Corpus(name, folder), [problem]
    if "{" in folder or "}" in folder:
        problem = f"corpus_dir: expected a path without {{ and }}, found {shown(folder)}; rename the folder"
        return _Corpus(name, folder), [problem]
    sheet, other_files = config["sheet"] or corpora.find_sheet(folder), []
    if sheet:
        textures, problems = corpora.read_sheet(sheet)
    else:
        textures, problems, other_files = corpora.list_folder(folder)
    chosen, found = _chosen(config["textures"], textures, problems)
    problems += found
    not_chosen = _others(textures, chosen)
    missing = [texture for texture in chosen if not is_file(Path(folder) / texture.file)]
    left_out = []
    if config["bad_textures"] == "skip":
        absent = {texture.name for texture in missing}
        chosen = [texture for texture in chosen if texture.name not in absent]
        left_out = [(texture, f"there is no file {texture.file} in corpus_dir") for texture in missing]
        if not chosen and not problems:
            problems.append(
                f"corpus_dir: expected a recording at least, found none of the sheet in {folder}; correct it"
            )
    else:
        problems += [
            f"texture {texture.name}: expected its recording in {folder}, found no file {shown(texture.file)}; "
            "add it, correct the sheet, or set bad_textures: skip"
            for texture in missing
        ]
    return _Corpus(name, folder, chosen, left_out, not_chosen, other_files), problems


def _chosen(names, textures, problems):
    if names is None:
        return textures, []
    known = {texture.name: texture for texture in textures}
    # Rows with problems are not textures, so calling their names unknown would be misleading.
    unknown = [] if problems else [name for name in names if name not in known]
    return [texture for texture in textures if texture.name in names], [
        f"textures: expected names of the corpus, found {shown(name)}{suggestion(name, known) or '; remove it'}"
        for name in unknown
    ]


def _others(textures, chosen):
    """The names of textures that are not chosen."""
    return sorted({texture.name for texture in textures}.difference(texture.name for texture in chosen))


def _plain_path(folder):
    """Normalise a path, so that another spelling reruns nothing."""
    path = os.path.abspath(os.path.expanduser(folder))  # noqa: PTH100, PTH111
    here = os.getcwd()  # noqa: PTH109
    return os.path.relpath(path, here) if path.startswith(here + os.sep) else path


def results_problems(results, corpus):
    """Check whether the results can be written.

    Parameters
    ----------
    results : path
        The folder of all results.
    corpus : str
        The folder in it.
    """
    path = results / corpus
    while not path.exists() and not path.is_symlink():
        path = path.parent
    if not path.is_dir():
        return [f"{path}: expected a folder for the results, found a file; move it away"]
    if not os.access(path, os.W_OK | os.X_OK):
        return [f"{path}: expected a folder that can be written to, found none; change its rights, or run elsewhere"]
    return []
