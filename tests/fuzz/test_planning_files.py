"""Wrong sheets and configurations: each is refused with all its problems or planned inside the results folder."""

import copy
import json
import os
from pathlib import Path

import pytest
import yaml
from children import check_in_child, of_file
from damage import damaged
from hypothesis import strategies as st
from planning.configuration import load
from planning.corpus import read_sheet
from planning.jobs import Jobs
from planning.keys import Keys
from planning.morphs import read_morphs
from planning.naming import is_name, safe_name
from planning.problems import PlanningError
from planning.yaml_files import duplicate_keys

from texture_core.parameters.field import leaves
from texture_core.parameters.method import Parameters
from texture_core.parameters.output import OutputParameters

CHECKOUT = Path(__file__).parents[2]
# Names that would be commands, other folders or patterns somewhere.
NASTY = (
    "; rm -rf ~",
    "../escape",
    "/etc/passwd",
    "$(touch x)",
    "`touch x`",
    "a b",
    "{texture}",
    "{0.__class__}",
    "..",
    ".",
)
_words = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
SHEET = (
    "name\tclass\talso_class\ttitle\tfile\nrain\tother\t\tRain\train.wav\ntaps\trhythmic\tother\tTaps\tmy/taps.wav\n"
)
_cells = st.one_of(_words, st.sampled_from(("rain", "other", "rhythmic", "pitched", "", "rain.wav", "sub/../rain.wav")))
_rows = st.lists(st.lists(_cells, max_size=6).map("\t".join), max_size=5)
_sheets = st.one_of(
    damaged(SHEET.encode()),
    _rows.map(lambda rows: "\n".join([SHEET.partition("\n")[0], *rows]).encode("utf-8", "surrogatepass")),
)


def test_a_sheet_is_refused_row_by_row_or_names_recordings_inside_its_folder(cases, tmp_path):
    def read(path):
        textures, problems = read_sheet(path)
        assert textures or problems
        for texture in textures:
            assert is_name(texture.name)
            assert not Path(texture.file).is_absolute() and ".." not in Path(texture.file).parts

    check_in_child(_sheets, of_file(tmp_path / "corpus.tsv", read, ()), 2 * cases)


MORPHS = "first,second,position,settings\nrain,taps,0 1,sounds\ntaps,rain,.5,\n"
_numbers = st.one_of(st.floats().map(str), st.sampled_from(("0 1", "1e999", "-0", "1_0", "0,5", "٠.٥")), _words)
_morphs = st.one_of(
    damaged(MORPHS.encode()),
    st.lists(st.tuples(_cells, _cells, _numbers, _cells).map("\t".join), max_size=5).map(
        lambda rows: "\n".join(["first\tsecond\tposition\tsettings", *rows]).encode("utf-8", "surrogatepass")
    ),
)


def test_a_sheet_of_morphs_is_refused_row_by_row_or_has_safe_names(cases, tmp_path):
    def read(path):
        morphs, problems = read_morphs(path, {"rain", "taps"}, {"sounds": OutputParameters()})
        assert morphs or problems
        for morph in morphs:
            assert is_name(morph.name)
            assert all(0 <= position <= 1 for position in morph.positions)

    check_in_child(_morphs, of_file(tmp_path / "morphs.tsv", read, ()), cases)


def test_any_text_becomes_a_safe_name(cases):
    def check(text):
        assert is_name(safe_name(text))

    check_in_child(_words, check, cases)


VALID = {
    "corpus": "mine",
    "corpus_dir": "sounds",
    "scores": ["autocorrelation"],
    "defaults": {"features": {"filters": 2, "kernel_widths": [2, 4]}, "optimizer": {"iterations": 3}},
    "settings": {"gram": {"alpha": 0, "beta": 0}},
    "grid": {"beta": [0.0, 1.0e-4]},
}
_plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from((0, -1, 1, 3, 10**9, 10**400, 1e308)),
    st.floats(),
    _words,
    st.sampled_from(("auto", "rain", "cuda", "skip", "1e5", "2026-01-01", "diversity", "ensemble")),
    st.dates(),
    st.binary(max_size=3),
)
_values = st.recursive(
    _plain,
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(st.one_of(_words, st.integers(), st.sampled_from(("alpha", "filters"))), below, max_size=3),
    ),
    max_leaves=6,
)
_parameters = [key for key, _ in leaves(Parameters)]
_keys = st.one_of(
    st.sampled_from([(key,) for key in Keys.stated]),
    st.sampled_from([("settings", "gram", *key.split(".")) for key in _parameters]),
    st.sampled_from([("grid", key) for key in _parameters]),
    st.tuples(st.just("settings"), _words),
    st.tuples(_words),
)
_configurations = st.lists(st.tuples(_keys, _values), min_size=1, max_size=3)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to run in, with two recordings and with one that the configuration does not name."""
    (tmp_path / "sounds").mkdir()
    for name in ("rain.wav", "wind.wav"):
        (tmp_path / "sounds" / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _plan(config, here):
    before = sorted(os.walk(here))
    try:
        configuration = load(config, checkout=CHECKOUT)
        jobs = Jobs(configuration, CHECKOUT)
        for setting in configuration.settings:
            json.dumps([jobs.synthesis(setting), jobs.inversion(setting)])
        results = (here / "results").resolve()
        names = [texture.name for texture in configuration.textures]
        for setting in configuration.settings:
            for texture in names:
                path = Path(f"results/{configuration.corpus}/{setting}/synthesis/{texture}.h5")
                assert len(path.parts) == 5 and path.resolve().is_relative_to(results)
    except PlanningError as error:
        assert error.problems and all(error.problems)
    assert sorted(os.walk(here)) == before, "planning wrote a file"


def test_a_configuration_is_refused_with_its_problems_or_planned_inside_the_results(here, cases):
    def check(changes):
        config = copy.deepcopy(VALID)
        for path, value in changes:
            inner = config
            for key in path[:-1]:
                if not isinstance(inner.get(key), dict):
                    inner[key] = {}
                inner = inner[key]
            inner[path[-1]] = value
        _plan(config, here)

    check_in_child(_configurations, check, cases)


_texts = st.one_of(damaged(yaml.safe_dump(VALID).encode()), st.text(max_size=60).map(str.encode))


def test_a_damaged_configuration_file_is_refused_with_its_problems_or_planned(here, cases):
    path = here / "case.yaml"

    def check(content):
        path.write_bytes(content)
        try:
            config = yaml.safe_load(content.decode())
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
            # Snakemake reads it before we do, and stops with its own message.
            return
        duplicate_keys(path)
        if isinstance(config, dict):
            _plan(config, here)

    check_in_child(_texts, check, cases)
