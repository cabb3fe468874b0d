"""A synthesis tells what made it, and is made again from that."""

import json
from dataclasses import replace

import h5py
import numpy as np
import pytest

from texture_core.command_line import main
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters
from texture_core.records.provenance import provenance, recorded, spectrogram_sum, without_clock
from texture_core.records.spectrogram_files import (
    Spectrogram,
    Synthesis,
    read_synthesis,
    write_spectrogram,
    write_synthesis,
)

SMALL = {
    "alpha": 0.5,
    "features": {"filters": 4, "kernel_widths": [2, 4]},
    "autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.1},
    "optimizer": {"type": "projected_lbfgs", "iterations": 4},
    "snapshots": [2],
    "losses": {"sendik": 0.01},
}


def spectrogram(seed=0):
    values = np.abs(np.random.default_rng(seed).normal(size=(17, 60))).astype(np.float32)
    return Spectrogram(values, 2000, 32, 8)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder with a spectrogram and its synthesis."""
    folder = tmp_path_factory.mktemp("study")
    write_spectrogram(folder / "rain.h5", spectrogram())
    synthesis = synthesize_spectrogram(
        spectrogram(), from_mapping(Parameters, SMALL), seed=7, setting="full", threads=1, device="cpu", code="abc"
    )
    write_synthesis(folder / "made.h5", without_clock(synthesis)[0])
    return folder


def command(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    return code, told.out.splitlines(), told.err


def test_the_record_names_all_that_made_it(study):
    attributes = read_synthesis(study / "made.h5").attributes
    record = recorded(read_synthesis(study / "made.h5"))
    assert record["inputs"] == {"spectrogram": spectrogram_sum(spectrogram())}
    assert record["code"] == "abc"
    assert {"python", "texture-core", "torch", "numpy", "scipy", "h5py"} == set(record["packages"])
    assert record["processor"]
    assert (attributes["seed"], attributes["device"], attributes["threads"]) == (7, "cpu", 1)
    assert "seconds" not in attributes


def test_inspect_prints_it(study, capsys):
    code, lines, _ = command(capsys, "inspect", study / "made.h5")
    assert code == 0
    assert "  code: abc" in lines
    assert f"    spectrogram: {spectrogram_sum(spectrogram())}" in lines
    assert "seed: 7" in lines
    assert not any("seconds" in line for line in lines)
    _, lines, _ = command(capsys, "inspect", study / "made.h5", "--json")
    found = json.loads("\n".join(lines), parse_constant=pytest.fail)
    assert found["provenance"]["code"] == "abc"
    assert found["loss"][0]["seconds"] is None


def test_each_input_changes_its_sum(tmp_path):
    one = spectrogram()
    sums = {
        spectrogram_sum(item)
        for item in [
            one,
            replace(one, hop_length=16),
            replace(one, sample_rate=2001),
            replace(one, window="other"),
            replace(one, log_magnitude=one.log_magnitude.reshape(34, 30)),
            replace(one, log_magnitude=np.nextafter(one.log_magnitude, np.float32(9))),
        ]
    }
    assert len(sums) == 6
    assert spectrogram_sum(replace(one, log_magnitude=np.asfortranarray(one.log_magnitude))) == spectrogram_sum(one)
    (tmp_path / "weights").write_bytes(b"abc")
    weighted = from_mapping(Parameters, {"features": {"options": {"weights": str(tmp_path / "weights")}}})
    inputs = provenance(one, weighted, "cpu", samples=np.float32([1, 2]))["inputs"]
    assert inputs["weights"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    other = provenance(one, weighted, "cpu", samples=np.float32([1, 3]))["inputs"]
    assert {name for name in inputs if inputs[name] != other[name]} == {"samples"}


def test_packages_of_a_method_are_recorded():
    parameters = from_mapping(Parameters, {"method": "mcdermott_simoncelli"})
    assert {"sonore", "soxr"} < set(provenance(spectrogram(), parameters, "cpu")["packages"])


def test_it_is_made_again_to_the_byte(study, tmp_path, capsys):
    arguments = ("recreate", study / "made.h5", study / "rain.h5", "-o", tmp_path / "again.h5")
    assert command(capsys, *arguments)[:2] == (0, ["the same bytes"])
    assert (tmp_path / "again.h5").read_bytes() == (study / "made.h5").read_bytes()
    code, _, error = command(capsys, *arguments)
    assert code == 1
    assert "exists already; --force overwrites it" in error


@pytest.fixture
def changed(study, tmp_path):
    """Makes a copy of the synthesis with something changed in it."""

    def make(change):
        path = tmp_path / "changed.h5"
        path.write_bytes((study / "made.h5").read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    return make


def test_other_values_are_told_by_how_much(study, changed, capsys):
    def change(file):
        file["log_magnitude"][3, 5] += 0.25

    code, lines, _ = command(capsys, "recreate", changed(change), study / "rain.h5")
    assert code == 1
    assert lines == ["other values: differs by up to 0.25"]


def test_other_records_of_the_same_values_are_told(study, changed, capsys):
    def change(file):
        record = json.loads(file.attrs["provenance"])
        record["packages"]["torch"] = "1.0"
        file.attrs["provenance"] = json.dumps(record)

    code, lines, _ = command(capsys, "recreate", changed(change), study / "rain.h5")
    assert code == 0
    assert lines[0] == "the same values, to the bit"
    assert lines[1].startswith("  provenance.packages.torch: 1.0 before, ")
    assert len(lines) == 2


def test_values_other_than_the_spectrogram_count_too(study, changed, capsys):
    def change(file):
        file["loss"][1, 0] += 1e-9

    code, lines, _ = command(capsys, "recreate", changed(change), study / "rain.h5")
    assert (code, lines) == (1, ["other values: differs by up to 0"])


def test_another_spectrogram_is_refused(study, tmp_path, capsys):
    write_spectrogram(tmp_path / "other.h5", spectrogram(seed=1))
    code, _, error = command(capsys, "recreate", study / "made.h5", tmp_path / "other.h5")
    assert code == 1
    assert "expected the input with SHA-256" in error
    assert "other.h5" in error


def test_what_it_is_compared_with_is_not_written_over(study, capsys):
    before = (study / "made.h5").read_bytes()
    arguments = ["recreate", str(study / "made.h5"), str(study / "rain.h5")]
    for kept in ("made.h5", "rain.h5"):
        assert main([*arguments, "-o", str(study / "." / kept), "--force"]) == 1
        assert "is an input; name another file" in capsys.readouterr().err
    assert (study / "made.h5").read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.attrs.__delitem__("provenance"),
        lambda file: file.attrs.__delitem__("seed"),
        lambda file: file.attrs.__setitem__("provenance", "[]"),
        lambda file: file.attrs.__setitem__("provenance", "{"),
        lambda file: file.attrs.__setitem__("provenance", '{"inputs": 3}'),
        lambda file: file.attrs.__setitem__("seed", "many"),
        lambda file: file.attrs.__setitem__("device", "abacus"),
        lambda file: file.attrs.__setitem__("parameters", '{"alpha": -1}'),
        lambda file: file.attrs.__setitem__("parameters", "[1]"),
        lambda file: file.attrs.__setitem__("parameters", "text"),
    ],
)
def test_a_record_that_cannot_be_used_is_told_in_a_line(change, study, changed, capsys):
    code, lines, error = command(capsys, "recreate", changed(change), study / "rain.h5")
    assert (code, lines) == (1, [])
    assert error.startswith("texture-core: error: ")
    assert error.count("\n") == 1


def test_without_the_clock_nothing_else_is_missing():
    loss = np.arange(12.0).reshape(2, 6)
    stripped, seconds = without_clock(Synthesis(spectrogram(), loss, {"seed": 1, "seconds": 3.5}))
    assert seconds == [5.0, 11.0]
    np.testing.assert_array_equal(stripped.loss[:, :-1], loss[:, :-1])
    assert np.isnan(stripped.loss[:, -1]).all()
    assert stripped.attributes == {"seed": 1}
    assert loss[1, 5] == 11.0
