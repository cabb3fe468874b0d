"""A synthesis minimises the losses that were asked for, reports each of them, and names what stops it."""

import csv
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_synthesis import SMALL, small

import texture_core
from texture_core import registry
from texture_core.audio.recording import prepare_audio, read_recording
from texture_core.errors import OptimizationError, ParameterError
from texture_core.losses.objective import Objective
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.mapping import from_mapping, to_mapping
from texture_core.parameters.method import AudioParameters, Parameters
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram

PACKAGE = Path(texture_core.__file__).parent
SHEET = Path(__file__).parents[3] / "config" / "corpora" / "mcdermott168.tsv"


def columns(synthesis):
    return dict(zip(LOSS_COLUMNS, synthesis.loss.T, strict=True))


@pytest.mark.parametrize("optimizer", registry.names("optimizers"))
@pytest.mark.parametrize("start", ["noise", "surrogate"])
def test_history_and_result(optimizer, start, random_spectrogram, device):
    target = random_spectrogram(120)
    parameters = small(optimizer={"type": optimizer, "iterations": 8}, start=start)
    told = []
    synthesis = synthesize_spectrogram(
        target, parameters, seed=5, device=device, progress=lambda iteration, terms: told.append((iteration, terms))
    )
    history = columns(synthesis)
    assert synthesis.loss.shape == (9, 6)
    assert np.isfinite(history["diversity"]).tolist() == [True] * 4 + [False] * 5
    np.testing.assert_allclose(
        history["total"],
        history["gram"] + 0.5 * history["autocorrelation"] + 0.01 * np.nan_to_num(history["diversity"]),
        rtol=1e-5,
    )
    assert history["total"][3] < history["total"][0]
    assert (np.diff(history["total"][4:]) < 0).all()
    assert history["evaluations"][0] == 0
    assert (np.diff(history["evaluations"]) >= 1).all()
    assert (np.diff(history["seconds"]) >= 0).all()
    assert [iteration for iteration, _ in told] == list(range(1, 9))
    assert [terms["total"] for _, terms in told] == history["total"][1:].tolist()

    found = synthesis.spectrogram
    assert replace(found, log_magnitude=target.log_magnitude) == target
    assert found.log_magnitude.shape == target.log_magnitude.shape
    assert found.log_magnitude.dtype == np.float32
    assert np.isfinite(found.log_magnitude).all()
    assert found.log_magnitude.min() >= 0
    # The last row is the loss of what is returned.
    objective = Objective(torch.from_numpy(target.log_magnitude), small(beta=0), 250.0, seed=5)
    terms, _ = objective.evaluate(torch.from_numpy(found.log_magnitude))
    for term in ("total", "gram", "autocorrelation"):
        assert history[term][-1] == pytest.approx(terms[term], rel=1e-4)
    # What took no part is not recorded.
    assert synthesis.attributes["parameters"] | {"inversion": to_mapping(parameters.inversion)} == to_mapping(
        parameters
    )
    assert synthesis.attributes["seed"] == 5
    assert synthesis.attributes["device"] == device
    assert synthesis.attributes["seconds"] >= history["seconds"][-1]


def test_no_diversity_iterations_is_no_diversity(random_spectrogram):
    target = random_spectrogram(100)
    off = synthesize_spectrogram(target, small(diversity={"iterations": 0}), seed=0)
    never = synthesize_spectrogram(target, small(beta=0), seed=0)
    assert np.isnan(columns(off)["diversity"]).all()
    np.testing.assert_array_equal(off.loss[:, :5], never.loss[:, :5])
    np.testing.assert_array_equal(off.spectrogram.log_magnitude, never.spectrogram.log_magnitude)


@pytest.mark.parametrize("shifts", ["exact", "comb"])
def test_a_copy_is_left_behind_with_the_diversity_term(shifts, random_spectrogram):
    """With a heavy term the synthesis keeps away from the target even where the Gram term alone would be near it."""
    target = random_spectrogram(60)
    heavy = small(alpha=0, beta=10.0, diversity={"iterations": 20, "shifts": shifts}, optimizer={"iterations": 20})
    diversity = columns(synthesize_spectrogram(target, heavy, seed=0))["diversity"]
    assert diversity[-1] < 0.7 * diversity[0]


@pytest.mark.parametrize("optimizer", registry.names("optimizers"))
@pytest.mark.parametrize("value", [math.nan, math.inf, 1e15])
def test_a_target_that_overflows_is_an_error_that_tells_where(value, optimizer, random_spectrogram):
    target = random_spectrogram(100)
    target.log_magnitude[3, 50] = value
    parameters = small(optimizer={"type": optimizer, "iterations": 3})
    with pytest.raises(
        OptimizationError,
        match=r"texture rain, setting full: iteration 1: the (gram|autocorrelation) term is (nan|inf)",
    ):
        synthesize_spectrogram(target, parameters, seed=0, texture="rain", setting="full")


BREAKING = """
from texture_core.features import ensemble

class Breaking:
    def __init__(self, inner):
        self.inner, self.calls = inner, 0

    def __call__(self, log_magnitude):
        self.calls += 1
        maps = self.inner(log_magnitude)
        return [values * float("nan") for values in maps] if self.calls > 12 else maps

def create(*arguments, **keywords):
    return Breaking(ensemble.create(*arguments, **keywords))
"""
RUN_BREAKING = """
import numpy as np
from texture_core import registry
from texture_core.errors import OptimizationError
from texture_core.parameters.method import Parameters
from texture_core.parameters.mapping import from_mapping
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram

assert "breaking" in registry.names("features")
target = Spectrogram(np.random.default_rng(0).random((17, 100), np.float32), 2000, 32, 8)
for optimizer in registry.names("optimizers"):
    parameters = from_mapping(Parameters, dict(
        alpha=0, beta=0, features=dict(type="breaking", kernel_widths=[2, 4], filters=6),
        optimizer=dict(type=optimizer, iterations=50)))
    told = []
    try:
        synthesize_spectrogram(target, parameters, seed=0, texture="rain", setting="full",
                               progress=lambda iteration, terms: told.append(iteration))
    except OptimizationError as error:
        print(len(told), error)
"""


def test_a_new_extractor_is_found_by_its_file_and_stopped_in_the_iteration_where_it_breaks(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "texture_core", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "texture_core" / "features" / "breaking.py").write_text(BREAKING)
    done = subprocess.run(
        [sys.executable, "-c", RUN_BREAKING],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(registry.names("optimizers"))
    for line in lines:
        iterations, message = line.split(" ", 1)
        assert int(iterations) > 2
        assert message == f"texture rain, setting full: iteration {int(iterations) + 1}: the gram term is nan"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"features": {"kernel_widths": [2, 31], "filters": 2}}, r"features\.kernel_widths: 31 frames.*only 30"),
        ({"autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.2}}, r"autocorrelation\.maximum_lag.*50 frames"),
        ({"features": {"type": "vgg"}}, "features: there is no 'vgg'; known: .*ensemble"),
        ({"alpha": 0, "optimizer": {"type": "adam"}}, "optimizers: there is no 'adam'; known: .*lbfgsb"),
    ],
)
def test_parameters_that_do_not_fit_name_the_texture_and_the_setting(fields, message, random_spectrogram):
    parameters = from_mapping(Parameters, {"features": SMALL["features"], "optimizer": {"iterations": 1}} | fields)
    with pytest.raises(ParameterError, match=f"texture rain, setting full: {message}"):
        synthesize_spectrogram(random_spectrogram(30), parameters, seed=0, texture="rain", setting="full")


def test_an_absent_device(random_spectrogram):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    assert synthesize_spectrogram(random_spectrogram(100), small(), seed=0).attributes["device"] == "cpu"
    with pytest.raises(ParameterError, match="device: cuda was requested"):
        synthesize_spectrogram(random_spectrogram(100), small(), seed=0, device="cuda")


def test_threads_are_those_demanded(random_spectrogram):
    synthesis = synthesize_spectrogram(random_spectrogram(100), small(), seed=0, device="cpu", threads=2)
    assert synthesis.attributes["threads"] == 2
    assert torch.get_num_threads() == 2


@pytest.mark.corpus
def test_gram_alone_gets_below_3e_4_in_100_iterations_on_tapping(corpus_folder):
    with open(SHEET, encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file, delimiter="\t")}
    path = corpus_folder / rows["tapping_1_2_3"]["file"]
    samples = prepare_audio(*read_recording(path), AudioParameters(duration=4.0))
    target = Spectrogram(log_spectrogram(samples), 16000, 512, 64)
    parameters = from_mapping(
        Parameters, {"alpha": 0, "beta": 0, "features": {"filters": 128}, "optimizer": {"iterations": 100}}
    )
    synthesis = synthesize_spectrogram(target, parameters, seed=0, texture="tapping_1_2_3", device="cpu", threads=1)
    gram = columns(synthesis)["gram"]
    assert len(gram) == 101
    assert gram[0] > 0.1
    assert gram[-1] < 3e-4
