"""The examples of the documentation: each is run, or listed here with the reason why it is not."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import yaml
from planning.checks import checked

import texture_core as tc
from texture_core.command_line import main
from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram, write_synthesis

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *sorted(ROOT.glob("docs/*.md")), ROOT / "config/README.md"]
}
SCRIPTS = sorted(ROOT.glob("docs/examples/*.py"))
SHELL = ("", "console", "bash", "sh", "shell")

# Commands that no test runs, by how they begin, and what else stands in blocks of code; each with the reason.
NOT_RUN = {
    "make ": ".ci/run is make test, test-slow, test-slurm, lint and docs; the rest: unit/test_setup.py",
    "source .venv/bin/activate": "changes the reader's shell; what it makes available is run here",
    "conda ": "needs conda; unit/test_setup.py holds its pins to the lock's",
    "pip install": "needs a network; the set-up of every test is such an installation",
    "texture-core app": "opens a browser and serves until Ctrl-C; unit/app and browser/test_app.py use it",
    "snakemake --report": "needs a whole run; browser/test_other_places.py makes the report of one",
    "snakemake --cores 1 --report": "as the line before",
    "snakemake -s ": "runs from another folder; workflow/test_from_anywhere.py does so",
    "snakemake --directory ": "as the line before",
    "export SNAKEMAKE_OUTPUT_CACHE=": "changes the reader's shell; workflow/test_cache.py shares such a cache",
    "snakemake --cores 8 --cache": "as the line before",
    "python -m benchmarks": "measures for minutes to hours, on recordings of the study",
    "python -m texture_core.report": "needs the scores of a study; unit/report/test_study.py runs it on its own",
    "python -m texture_core.classifiers.train_head": "needs embeddings; unit/test_logistic.py runs it on its own",
    "python docs/site/result_tables.py": "unit/report/test_study.py runs what it does, without writing",
    "python docs/site/configuration_tables.py": "test_keys.py runs what it does, without writing",
}
NO_COMMANDS = {
    "results/{corpus}/": "a listing of files",
    "module textures:": "a Snakefile; test_from_anywhere.py runs one",
    "Snakefile ": "a listing of files",
    "name\tclass\t": "a sheet of recordings",
    "first\tsecond\t": "a sheet of morphs",
    "first,second,": "the same",
    "for batch in": "a loop over plans of thousands of recordings; what it runs is like the commands elsewhere",
    "for folder in": "the same",
}
# What the documentation leaves to the reader.
RECORDINGS = ("/home/me/my recordings", "/data/mcdermott168", "/path/to/recordings", "FOLDER")


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    document: str
    language: str
    text: str

    @property
    def commands(self):
        """Its lines without comments, those that a backslash continues joined; none where it is something else."""
        if self.language not in SHELL or self.text.startswith(tuple(NO_COMMANDS)):
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        return [" ".join(line.split(" # ")[0].split()) for line in lines if line.strip() and line.strip()[0] != "#"]


BLOCKS = [
    Block(document, language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
    for document, content in DOCUMENTS.items()
    for indent, language, text in re.findall(r"^( *)```(\S*)\n(.*?)^\1```$", content, re.MULTILINE | re.DOTALL)
]
COMMANDS = [(block.document, command) for block in BLOCKS for command in block.commands]


def how(command):
    """Which of the tests below runs a command, or why none does; None if nobody has thought of it."""
    for beginning, reason in NOT_RUN.items():
        if command.startswith(beginning):
            return reason
    if re.search(r"--(workflow-)?profile|--executor", command):
        return "needs a cluster"
    if re.match(r"(cat \S+ \| )?texture-core ", command):
        return "texture-core"
    if command.startswith("python docs/examples/"):
        return "script"
    return "snakemake" if command.startswith("snakemake ") else None


def commands_by_document(kind):
    """The commands of one kind: document to commands."""
    found = {}
    for document, command in COMMANDS:
        if how(command) == kind:
            found.setdefault(document, []).append(command)
    return found


def examples_by_document(language):
    found = {}
    for block in BLOCKS:
        if block.language == language:
            found.setdefault(block.document, []).append(block.text)
    return found


# ---- nothing is forgotten


def test_the_documents_have_examples():
    assert {"README.md", "docs/library.md", "docs/command-line.md", "config/README.md"} <= {b.document for b in BLOCKS}
    fences = sum(len(re.findall(r"^ *```", text, re.MULTILINE)) for text in DOCUMENTS.values())
    assert fences == 2 * len(BLOCKS)
    for path in SCRIPTS:
        assert [command for _, command in COMMANDS if f"docs/examples/{path.name} " in command], f"{path.name}: unused"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.document}: {block.text.splitlines()[0][:50]}")
def test_every_example_is_run_or_has_a_reason(block):
    assert block.language in (*SHELL, "python", "yaml"), f"{block.document}: no test runs {block.language}"
    for command in block.commands:
        assert how(command), f"{block.document}: make a test run `{command}`, or give the reason in NOT_RUN"


# ---- Python


@pytest.fixture
def folder(tmp_path, monkeypatch, small_presets):
    """A folder with what the examples presuppose: two recordings, and a synthesis of the demo's run."""
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    recording = tc.demo_texture("rain", duration=2.5)
    tc.write_audio(tmp_path / "rain.wav", recording, 16000)
    tc.write_audio(tmp_path / "fire.wav", tc.demo_texture("tapping", duration=2.5), 16000)
    target = Spectrogram(tc.log_spectrogram(recording), sample_rate=16000, n_fft=512, hop_length=64)
    write_spectrogram(tmp_path / "results/demo/spectrogram/rain.h5", target)
    synthesis = tc.synthesize_spectrogram(
        target, small_presets["quick"], seed=0, texture="rain", setting="full", device="cpu", threads=1
    )
    write_synthesis(tmp_path / "results/demo/full/synthesis/rain.h5", synthesis)
    return tmp_path


# docs/extending.md has modules, which test_extending.py saves where it says and runs.
@pytest.mark.parametrize("document", sorted(examples_by_document("python").keys() - {"docs/extending.md"}))
def test_the_python_examples(folder, document):
    # One after the other, as a reader would.
    names = {}
    for example in examples_by_document("python")[document]:
        exec(compile(example, document, "exec"), names)
    if document == "docs/library.md":
        assert tc.read_audio("new-rain.wav")[0].shape == (40000,)
        assert tc.read_audio("long.flac")[0].shape == (160000,)
        assert tc.read_audio("take-with-seed-22.wav")[0].shape == (40000,)


@pytest.mark.parametrize("document", commands_by_document("script"))
def test_the_programs(folder, document, monkeypatch):
    (folder / "recordings").mkdir()
    shutil.copy(folder / "rain.wav", folder / "recordings")
    for command in commands_by_document("script")[document]:
        _, script, *arguments = shlex.split(command)
        monkeypatch.setattr(sys, "argv", [script, *arguments, "--iterations", "2"])
        try:
            runpy.run_path(str(ROOT / script), run_name="__main__")
        except SystemExit as leaving:
            assert leaving.code == 0, command
    made = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"rain-new.wav", "rain-new.png", "rain-alpha-30-seed-1.wav", "rain-loop.flac"} <= made


# ---- the command line


@pytest.mark.parametrize("document", commands_by_document("texture-core"))
def test_the_commands_for_one_sound(folder, document):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands_by_document("texture-core")[document]:
        if re.search("[|>]", command):
            # A process of its own has the presets as they are; the last of equal options is the one that counts.
            command = re.sub(r"(texture-core synthesize [^|>]*)", r"\1 --preset quick --iterations 1 ", command)
            subprocess.run(command, shell=True, check=True, env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"})
        else:
            assert main(shlex.split(command)[1:]) == 0, command
    if document == "docs/command-line.md":
        made = {"rain-texture.wav", "longer-rain.flac", "rain.png", "loop.wav", "piped.wav", "varied.wav", "chosen.wav"}
        made |= {"bright.wav", "middle.wav", "faded.wav"}
        takes = {"take-1.wav", "take-2.wav", "take-3.wav"}
        morphs = {"rain-fire.wav", "rain-with-fire.wav", "rain-into-fire.wav", "there-and-back.flac"}
        assert made | takes | morphs | {"rain.wav", "fire.wav"} == {
            path.name for path in folder.iterdir() if path.is_file()
        }


# ---- the workflow


def with_recordings(text, folder):
    """What the documentation says, with a folder that is there in place of the reader's."""
    for name in RECORDINGS:
        text = re.sub(rf"{re.escape(name)}(?=[\"'\s]|$)", str(folder), text, flags=re.MULTILINE)
    return text


@pytest.mark.parametrize("document", examples_by_document("yaml"))
def test_the_configurations_fit_the_schema(document):
    for example in examples_by_document("yaml")[document]:
        settings = yaml.safe_load(example)
        if "default-resources" in settings:
            # Of a profile of Snakemake, not of a study; what the profile leaves to its user is commented out there.
            profile = (ROOT / "workflow/profiles/slurm/config.yaml").read_text(encoding="utf-8")
            assert settings.keys() <= set(re.findall(r"^(?:# ?)?([a-z-]+):", profile, re.MULTILINE))
        else:
            assert checked(settings)[1] == []


@pytest.fixture(scope="module")
def documented_tree(empty_tree, tmp_path_factory):
    """The project with two recordings of a collection and some that go by the names of the study."""
    tree = empty_tree.copy(tmp_path_factory.mktemp("documented") / "project")
    for name in ("chimes", "rain"):
        tree.record(f"{name}.wav", name, duration=2.5)
    for row in tree.read("config/corpora/mcdermott168.tsv").splitlines()[1:]:
        tree.path("study").joinpath(row.split("\t")[-1]).parent.mkdir(parents=True, exist_ok=True)
        os.link(tree.path("my recordings/rain.wav"), tree.path("study") / row.split("\t")[-1])
    return tree


@pytest.fixture(scope="module")
def planned():
    """The commands that made a plan already: several pages have the same."""
    return set()


@pytest.mark.parametrize("document", commands_by_document("snakemake"))
def test_the_commands_of_the_workflow_make_a_plan(documented_tree, planned, document):
    tree = documented_tree
    own, study = (tree.path(name) for name in ("my recordings", "study"))
    for text in examples_by_document("yaml").get(document, []):
        if text.startswith("# sounds.yaml"):
            tree.write("sounds.yaml", with_recordings(text, own))
    mine = "\n".join(text for text in examples_by_document("yaml").get(document, []) if text.startswith("# mine.yaml"))
    tree.write(
        "mine.yaml",
        with_recordings(mine, own) or yaml.safe_dump({"corpus_dir": str(study), "textures": ["rain", "wind_chimes"]}),
    )
    for command in commands_by_document("snakemake")[document]:
        # The study's sheet names its own recordings.
        of_study = re.search("config/(paper|experiments)", command) and "sheet=" not in command
        command = with_recordings(command, study if of_study else own)
        command = re.sub(
            r"(corpus_dir=(\"[^\"]*\"|'[^']*'|\S+))", lambda m: shlex.quote(m[0].replace('"', "")), command
        )
        if of_study and "mine.yaml" not in command and "experiments" not in command:
            command = re.sub(r"( --config )", r"\1textures=[rain,wind_chimes] ", command)
        command = command.removesuffix(" -n").replace("--cores all", "--cores 8")
        own_file = mine if "mine.yaml" in command else ""
        if (command, own_file) in planned:
            continue
        planned.add((command, own_file))
        outcome = tree.plan(*shlex.split(command)[1:])
        assert outcome.code == 0, f"{command}\n{outcome.text}"
        assert re.search(r"^(synthesize|sound|take)\s+\d+$", outcome.text, re.MULTILINE), (
            f"{command}: no synthesis\n{outcome.text}"
        )
