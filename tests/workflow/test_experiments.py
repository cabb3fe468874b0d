"""Baselines, further losses and exhibits in a real run, what their jobs depend on, and every experiment's file."""

from pathlib import Path

import h5py
import pytest
import soundfile
import yaml
from planning.configuration import load
from planning.jobs import Jobs
from snakemake.utils import update_config

from texture_core.parameters.presets import preset_parameters

CHECKOUT = Path(__file__).parents[2]
SETTINGS = {
    "copy": {"method": "griffin_lim"},
    "statistics": {"method": "mcdermott_simoncelli"},
    "more": {
        "losses": {"structural": 0.1},
        "snapshots": [1, 2],
        "features": {"type": "stacked", "options": {"layers": 2}},
    },
}


def configuration(tree):
    return tree.configuration() | {
        "settings": SETTINGS,
        "textures": ["rain"],
        "exhibits": ["inverse_sendik", "scores_by_setting"],
    }


@pytest.mark.slow
def test_every_method_goes_through_the_same_chain(fresh):
    fresh.configure(configuration(fresh))
    outcome = fresh.snakemake()
    assert outcome.code == 0, outcome.text
    results = fresh.path("results/my_recordings")
    rows = (results / "scores.tsv").read_text(encoding="utf-8").splitlines()
    assert {row.split("\t")[1] for row in rows[1:]} == set(SETTINGS)
    for name in ("inverse_sendik", "scores_by_setting"):
        assert "<svg" in (results / f"exhibits/{name}.svg").read_text(encoding="utf-8")
        assert f"exhibit-{name}" in (results / "listening/index.html").read_text(encoding="utf-8")
    with h5py.File(results / "copy/synthesis/rain.h5") as copy, h5py.File(results / "spectrogram/rain.h5") as target:
        assert (copy["log_magnitude"][:] == target["log_magnitude"][:]).all()
    with h5py.File(results / "statistics/synthesis/rain.h5") as file:
        assert (file["samples"][:] == soundfile.read(results / "statistics/audio/rain.wav", dtype="float32")[0]).all()
        assert file.attrs["snr_average"] > 0
    with h5py.File(results / "more/synthesis/rain.h5") as file:
        assert list(file["snapshots"].attrs["iterations"]) == [1, 2]
        assert list(file["further_losses"].attrs["columns"]) == ["structural"]
    assert fresh.planned() == set()


@pytest.mark.parametrize(
    ("edited", "settings"),
    [
        ("texture_core/methods/synthesize_spectrogram.py", {"copy", "statistics", "more"}),
        ("texture_core/losses/structural.py", {"more"}),
        ("texture_core/losses/gram.py", {"more"}),
        ("texture_core/features/stacked.py", {"more"}),
        ("texture_core/methods/griffin_lim.py", {"copy"}),
        ("texture_core/methods/mcdermott_simoncelli.py", {"statistics"}),
        ("texture_core/losses/sendik.py", set()),
        ("texture_core/features/trained.py", set()),
    ],
)
def test_an_edit_concerns_the_settings_that_run_the_code(fresh, monkeypatch, edited, settings):
    monkeypatch.chdir(fresh.root)
    loaded = load(configuration(fresh))
    before = {name: Jobs(loaded, fresh.root).code("synthesize", name) for name in SETTINGS}
    fresh.edit(edited)
    after = Jobs(loaded, fresh.root)
    assert {name for name in SETTINGS if after.code("synthesize", name) != before[name]} == settings


def test_a_job_gets_the_parameters_that_its_method_looks_at(fresh, monkeypatch):
    monkeypatch.chdir(fresh.root)
    jobs = Jobs(load(configuration(fresh)), fresh.root)
    assert jobs.synthesis("copy") == {"method": "griffin_lim"}
    assert jobs.synthesis("statistics") == {"method": "mcdermott_simoncelli", "optimizer": {"iterations": 3}}
    assert jobs.synthesis("more")["losses"] == {"structural": 0.1}
    assert [jobs.needs_samples(name) for name in SETTINGS] == [False, True, False]


EXPERIMENTS = sorted((CHECKOUT / "config/experiments").glob("*.yaml"))
PAPER, STUDY, STUDY_24, SHORT = (CHECKOUT / f"config/{name}.yaml" for name in ("paper", "study", "study_24", "short"))

DEVELOPMENT = CHECKOUT / "benchmarks/development.tsv"


@pytest.fixture(scope="module")
def with_recordings(empty_tree, tmp_path_factory):
    """The project with a file for every recording of the study."""
    tree = empty_tree.copy(tmp_path_factory.mktemp("planned") / "project")
    header, *rows = [line.split("\t") for line in tree.read("config/corpora/mcdermott168.tsv").splitlines()]
    for row in rows:
        tree.write(f"recordings/{row[header.index('file')]}", "")
    return tree


@pytest.mark.parametrize(
    "files",
    [*([path] for path in EXPERIMENTS), [PAPER], [PAPER, STUDY], [PAPER, STUDY, STUDY_24]],
    ids=lambda files: files[-1].stem,
)
def test_every_study_is_planned_without_an_error(with_recordings, files):
    changes = ["corpus_dir=recordings"]
    if files[-1].stem in ("figure_2", "paper", "study"):
        # All 168 textures; their number changes nothing but the time.
        changes.append("textures=[rain,tapping_1_2_3]")
    names = [path.relative_to(CHECKOUT).as_posix() for path in files]
    planned = with_recordings.planned("--config", *changes, configfiles=names)
    textures = {job.split()[2].rstrip(",") for job in planned if job.startswith("synthesize: ")}
    settings = {job.split()[-1] for job in planned if job.startswith("synthesize: ")}
    assert textures
    # Each texture has its chain in each setting, and what collects is made once.
    for stage in ("synthesize", "invert", "score"):
        assert sum(job.startswith(f"{stage}: ") for job in planned) == len(textures) * len(settings), stage
    assert sum(job.startswith(("table: ", "listening_page: ")) for job in planned) == 2
    if files[0] == PAPER:
        rows = 9 if STUDY in files else 7
        assert len(settings) == rows
        assert sum(job.startswith("collection_score: ") for job in planned) == rows
    if files[-1] == STUDY_24:
        assert sorted(textures) == sorted(row.split("\t")[0] for row in DEVELOPMENT.read_text().splitlines()[1:])


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda path: path.stem)
def test_a_short_experiment_keeps_what_it_compares(with_recordings, monkeypatch, experiment):
    monkeypatch.chdir(with_recordings.root)
    own = yaml.safe_load(experiment.read_text(encoding="utf-8")) | {"corpus_dir": "recordings"}
    short = yaml.safe_load(SHORT.read_text(encoding="utf-8"))
    update_config(short, own)
    alone, below = load(own), load(short)
    assert below.audio.duration == 4
    assert list(below.settings) == list(alone.settings)
    for name, parameters in below.settings.items():
        assert (parameters.alpha, parameters.beta) == (alone.settings[name].alpha, alone.settings[name].beta)
    assert len(set(map(repr, below.settings.values()))) == len(below.settings)


def test_our_row_of_the_study_is_the_preset(with_recordings, monkeypatch):
    monkeypatch.chdir(with_recordings.root)
    configuration = yaml.safe_load(PAPER.read_text(encoding="utf-8"))
    update_config(configuration, yaml.safe_load(STUDY.read_text(encoding="utf-8")))
    settings = load(configuration | {"corpus_dir": "recordings"}).settings
    assert settings["quick"] == preset_parameters("quick")
