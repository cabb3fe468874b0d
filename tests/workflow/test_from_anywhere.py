"""Runs that begin outside the project: from another folder, as a module of another workflow, and deployed."""

import re
import shutil
import subprocess
import sys

import pytest
import yaml
from processes import plain_environment, run_snakemake

from texture_core.records.files import read_json

TINY_SOUND = {"preset": "quick", "optimizer": {"iterations": 1, "waveform_iterations": 1}, "channels": "keep"}


@pytest.fixture
def elsewhere(tmp_path):
    """An empty folder with a space in its name."""
    folder = tmp_path / "some where"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def project(empty_tree, tmp_path_factory):
    """A copy, because recordings are made in it and moved away."""
    return empty_tree.copy(tmp_path_factory.mktemp("elsewhere") / "project")


def run(folder, *arguments):
    done = run_snakemake(folder, "--cores", "2", *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def counts(text):
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE)}


def recordings(tree, folder):
    shutil.rmtree(tree.path("my recordings"), ignore_errors=True)
    tree.record("forest/rain.wav", duration=0.8)
    shutil.move(tree.path("my recordings"), folder / "my recordings")


@pytest.mark.parametrize("how", ["snakefile", "directory"])
def test_the_projects_configuration_serves_a_folder_without_one(project, elsewhere, how):
    recording = "results/demo/recordings/rain.wav"
    if how == "snakefile":
        text = run(elsewhere, "--snakefile", str(project.path("Snakefile")), recording)
    else:
        text = run(project.root, "--directory", str(elsewhere), recording)
    assert "demo_corpus: texture rain" in text
    # The results are in the folder, as are Snakemake's records, and what is there is not made again.
    assert (elsewhere / recording).is_file()
    assert not project.path("results").exists()
    assert counts(run(elsewhere, "--snakefile", str(project.path("Snakefile")), "-n"))["demo_corpus"] == 3


def test_a_folders_own_configuration_comes_first(project, elsewhere):
    recordings(project, elsewhere)
    (elsewhere / "config").mkdir()
    own = {"corpus_dir": "my recordings", "settings": {"mine": TINY_SOUND}}
    (elsewhere / "config/config.yaml").write_text(yaml.safe_dump(own))
    text = run(elsewhere, "--snakefile", str(project.path("Snakefile")), "-n")
    assert "sound: texture forest_rain, setting mine" in text


def test_a_study_of_the_project_finds_its_sheet(project, elsewhere):
    project.record("norm_rain.wav", duration=2.5)
    for row in project.read("config/corpora/mcdermott168.tsv").splitlines()[1:]:
        path = elsewhere / "study" / row.split("\t")[-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.path("my recordings/norm_rain.wav"), path)
    study = ("--configfile", str(project.path("config/paper.yaml")), "-n")
    changes = ("--config", "corpus_dir=study", "textures=[rain]")
    text = run(elsewhere, "--snakefile", str(project.path("Snakefile")), *changes, *study)
    assert counts(text)["synthesize"] == 7


def test_a_folder_of_recordings_can_hold_its_own_results(project, elsewhere):
    recordings(project, elsewhere)
    folder = elsewhere / "my recordings"
    own = ("--snakefile", str(project.path("Snakefile")), "--config", "corpus_dir=.")
    (folder / "results/my_recordings/default/audio").mkdir(parents=True)
    shutil.copy(folder / "forest/rain.wav", folder / "results/my_recordings/default/audio/old.wav")
    assert counts(run(folder, *own, "-n"))["sound"] == 1


MODULE = """
configfile: "host.yaml"

module textures:
    snakefile: "{snakefile}"
    config: config["textures"]

use rule * from textures as textures_*

rule mine:
    input:
        "results/my_recordings/mine/scores/forest_rain.json",
    output:
        "mine.txt",
    shell:
        "cp {{input}} {{output}}"
"""


def test_the_workflow_is_a_module_of_another(project, elsewhere):
    recordings(project, elsewhere)
    settings = {"mine": TINY_SOUND, "study": {"alpha": 0, "autocorrelation": {"maximum_lag": 0.3}}}
    textures = {"corpus_dir": "my recordings", "device": "cpu", "bad_textures": "skip", "settings": settings}
    (elsewhere / "host.yaml").write_text(yaml.safe_dump({"textures": textures, "seed": "the host's own"}))
    (elsewhere / "Snakefile").write_text(MODULE.format(snakefile=project.path("Snakefile")))
    run(elsewhere, "mine.txt")
    assert read_json(elsewhere / "mine.txt")["texture"] == "forest_rain"
    planned = counts(run(elsewhere, "-n"))
    assert planned["textures_check_corpus"] == 1
    run(elsewhere, "results/my_recordings/corpus_check.json")
    planned = counts(run(elsewhere, "-n"))
    assert (planned["textures_synthesize"], planned["textures_listening_page"]) == (1, 1)
    assert "textures_sound" not in planned


NAMED = ("--branch", "main", "--name", "textures")


@pytest.mark.slow
def test_snakedeploy_deploys_the_workflow(project, elsewhere):
    environment = elsewhere.parent / "snakedeploy"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    installed = subprocess.run(
        [environment / "bin/python", "-m", "pip", "install", "--quiet", "snakedeploy==0.17.1"],
        env=plain_environment() | {"PIP_REQUIRE_VIRTUALENV": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if installed.returncode:
        pytest.skip(f"snakedeploy cannot be installed here: {installed.stderr[-200:]}")
    deployed = elsewhere / "deployed"
    done = subprocess.run(
        [environment / "bin/snakedeploy", "deploy-workflow", project.root, deployed, *NAMED],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (deployed / "config/config.yaml").read_text() == project.read("config/config.yaml")
    # Of a local repository snakedeploy writes the name of the Snakefile alone; of one at a host its address.
    module = (deployed / "workflow/Snakefile").read_text()
    assert '"Snakefile"' in module
    (deployed / "workflow/Snakefile").write_text(module.replace('"Snakefile"', f'"{project.path("Snakefile")}"'))
    run(deployed, "results/demo/recordings/rain.wav")
    assert (deployed / "results/demo/recordings/rain.wav").is_file()
    recordings(project, deployed)
    config = (deployed / "config/config.yaml").read_text().replace("corpus_dir:\n", "corpus_dir: my recordings\n")
    (deployed / "config/config.yaml").write_text(config)
    assert "sound: texture forest_rain, setting default" in run(deployed, "-n")
