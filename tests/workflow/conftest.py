"""What the workflow tests share: a copy of the project, real Snakemake in it, and a small study that has been run."""

import copy
import functools
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from processes import plain_environment, run_snakemake

from texture_core.demo import demo_texture

CHECKOUT = Path(__file__).parents[2]
SOURCES = ("Snakefile", "profiles", "workflow", "config", "texture_core", "environment.yml")

sys.path.insert(0, str(CHECKOUT / "workflow"))

# Small enough for seconds, and yet every stage has something to do.
TINY = {
    "defaults": {
        "features": {"filters": 2, "kernel_widths": [2, 4]},
        "autocorrelation": {"minimum_lag": 0.05, "maximum_lag": 0.2},
        "optimizer": {"iterations": 3},
        "inversion": {"iterations": 2},
    },
    "settings": {"gram": {"alpha": 0, "beta": 0}, "full": {"alpha": 5.0, "beta": 1.0e-4}},
}
HTML_TITLE = 'Rain <script>alert(1)</script> & "drops" {wildcards.x}'
SHEET = [
    ("name", "class", "title", "file", "note"),
    ("taps", "rhythmic", "Three taps", "tapping, slow.wav", "a column that nobody reads"),
    ("rain", "other", HTML_TITLE, "weather/rain #1 ' %.flac", ""),
]


@dataclass(frozen=True)
class Outcome:
    """What a run of Snakemake left behind."""

    code: int
    text: str

    @property
    def jobs(self):
        """The jobs that it ran or, in a dry run, would run: their messages."""
        messages = re.findall(r"^Job \d+: (.+)$", self.text, re.MULTILINE)
        return {message for message in messages if not message.startswith("all results")}


@functools.cache
def warm_snakemake():
    """The process that forks for each plan; it ends when this one does."""
    program = Path(__file__).with_name("warm_snakemake.py")
    return subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Tree:
    """A copy of the project with its own results."""

    def __init__(self, root):
        self.root = Path(root)

    @classmethod
    def of_checkout(cls, root):
        root.mkdir(parents=True)
        for name in SOURCES:
            source = CHECKOUT / name
            if source.is_symlink() or source.is_file():
                shutil.copy2(source, root / name, follow_symlinks=False)
            else:
                shutil.copytree(source, root / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        return cls(root)

    def copy(self, root):
        shutil.copytree(self.root, root, symlinks=True)
        return Tree(root)

    def path(self, name):
        return self.root / name

    def read(self, name):
        return self.path(name).read_text(encoding="utf-8")

    def write(self, name, text):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def configuration(self):
        return yaml.safe_load(self.read("study.yaml"))

    def configure(self, configuration):
        self.write("study.yaml", yaml.safe_dump(configuration, sort_keys=False))

    def write_sheet(self, rows, name="my recordings/corpus.tsv"):
        self.write(name, "".join("\t".join(row) + "\n" for row in rows))

    def record(self, name, texture="rain", duration=0.7, sample_rate=16000, seed=0):
        path = self.path(f"my recordings/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, demo_texture(texture, seed=seed, duration=duration, sample_rate=sample_rate), sample_rate)

    def edit(self, name):
        """Change what a module means."""
        self.write(name, self.read(name) + "\n_EDITED_BY_A_TEST = 1\n")

    @staticmethod
    def options(*arguments, configfiles=("study.yaml",), cores=2):
        chosen = ["--configfile", *configfiles] if configfiles else []
        # Last, because it takes all that follows for files.
        return [*arguments, "--cores", str(cores), *chosen]

    def start(self, *arguments, **streams):
        """Start Snakemake, which runs on."""
        command = [sys.executable, "-m", "snakemake", *arguments]
        return subprocess.Popen(command, cwd=self.root, env=plain_environment(), **streams)

    def snakemake(self, *arguments, patience=300, environment=None, **options):
        variables = plain_environment() | (environment or {})
        done = run_snakemake(self.root, *self.options(*arguments, **options), environment=variables, patience=patience)
        return Outcome(done.returncode, done.stdout)

    def plan(self, *arguments, patience=300):
        """Let Snakemake plan a run; what it does is what a process of its own would do, without the start of one."""
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
            request = {
                "arguments": [*arguments, "--dry-run"],
                "folder": str(self.root),
                "environment": plain_environment(),
                "output": output.name,
                "seconds": patience,
            }
            warm = warm_snakemake()
            print(json.dumps(request), file=warm.stdin, flush=True)
            return Outcome(int(warm.stdout.readline()), output.read())

    def planned(self, *arguments, **options):
        """The jobs that a run would run now."""
        outcome = self.plan(*self.options(*arguments, **options))
        assert outcome.code == 0, outcome.text
        return outcome.jobs


def jobs(stages, textures=("taps", "rain"), settings=("gram", "full")):
    """The messages of the jobs of some stages."""
    messages = set()
    for stage in stages:
        if stage in ("check_corpus",):
            messages.add("check_corpus: every recording of my_recordings")
        elif stage in ("table", "listening_page"):
            messages.add(f"{stage}: my_recordings")
        elif stage in ("prepare_audio", "spectrogram", "figures"):
            messages |= {f"{stage}: texture {texture}" for texture in textures}
        else:
            messages |= {f"{stage}: texture {t}, setting {s}" for t in textures for s in settings}
    return messages


@pytest.fixture(scope="session")
def planned_jobs():
    return jobs


@pytest.fixture(scope="session")
def tiny_study():
    """The small configuration, not to be changed."""
    return copy.deepcopy(TINY) | {"corpus_dir": "my recordings"}


@pytest.fixture
def tiny(tiny_study):
    """The small configuration, to be changed at will."""
    return copy.deepcopy(tiny_study)


@pytest.fixture(scope="session")
def html_title():
    return HTML_TITLE


@pytest.fixture(scope="session")
def fresh_tree(tmp_path_factory):
    """The project with a small study that has not been run; not to be changed."""
    tree = Tree.of_checkout(tmp_path_factory.mktemp("fresh") / "project")
    # More than a megabyte, above which Snakemake by itself compares no contents.
    tree.record("tapping, slow.wav", "tapping", sample_rate=96000, duration=6.0)
    tree.path("my recordings/weather").mkdir()
    tree.record("weather/rain #1 ' %.flac", "rain", sample_rate=22050)
    tree.write_sheet(SHEET)
    tree.configure(copy.deepcopy(TINY) | {"corpus_dir": "my recordings", "audio": {"duration": 0.6}})
    return tree


@pytest.fixture(scope="session")
def finished_tree(fresh_tree, made_once):
    """The small study after a run; not to be changed."""

    def make(folder):
        outcome = fresh_tree.copy(folder).snakemake(patience=1200)
        assert outcome.code == 0, outcome.text

    return Tree(made_once("finished", make))


@pytest.fixture
def fresh(fresh_tree, tmp_path):
    """A copy of the small study before its run."""
    return fresh_tree.copy(tmp_path / "project")


@pytest.fixture
def finished(finished_tree, tmp_path):
    """A copy of the small study after its run, with all its times."""
    return finished_tree.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def empty_tree(tmp_path_factory):
    """The project alone, without recordings."""
    return Tree.of_checkout(tmp_path_factory.mktemp("empty") / "project")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to run in, with a folder of two recordings."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "sounds"
    folder.mkdir()
    for name in ("rain.wav", "wind.flac"):
        soundfile.write(folder / name, np.full(1600, 0.1, np.float32), 16000)
    return tmp_path
