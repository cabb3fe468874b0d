"""A whole synthesis: its history, its determinism, its errors, and that it gets there."""

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

import texture_core
from texture_core import registry
from texture_core.audio.recording import prepare_audio, read_recording
from texture_core.errors import OptimizationError, ParameterError
from texture_core.losses.objective import Objective
from texture_core.methods.initial_spectrogram import noise, surrogate
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import AudioParameters, Parameters, from_mapping, to_mapping
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram, read_synthesis, write_synthesis
from texture_core.spectrogram.log_magnitude import log_spectrogram

PACKAGE = Path(texture_core.__file__).parent
SHEET = Path(__file__).parents[2] / "config" / "corpora" / "mcdermott168.tsv"
# For spectrograms of 250 frames a second, as the fixture makes them.
SMALL = {
    "alpha": 0.5,
    "beta": 0.01,
    "features": {"kernel_widths": [2, 4, 16], "filters": 6},
    "autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.2},
    "diversity": {"iterations": 3},
    "optimizer": {"iterations": 8},
}


def small(**fields):
    return from_mapping(Parameters, SMALL | fields)


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


def test_terms_of_weight_zero_are_not_in_the_history(random_spectrogram):
    synthesis = synthesize_spectrogram(random_spectrogram(100), small(alpha=0, beta=0), seed=0)
    assert np.isnan(columns(synthesis)["autocorrelation"]).all()
    assert np.isnan(columns(synthesis)["diversity"]).all()
    np.testing.assert_array_equal(columns(synthesis)["total"], columns(synthesis)["gram"])


@pytest.mark.parametrize("shifts", ["exact", "comb"])
def test_a_copy_is_left_behind_with_the_diversity_term(shifts, random_spectrogram):
    """With a heavy term the synthesis keeps away from the target even where the Gram term alone would be near it."""
    target = random_spectrogram(60)
    heavy = small(alpha=0, beta=10.0, diversity={"iterations": 20, "shifts": shifts}, optimizer={"iterations": 20})
    diversity = columns(synthesize_spectrogram(target, heavy, seed=0))["diversity"]
    assert diversity[-1] < 0.7 * diversity[0]


# --- determinism ---

SCRIPT = """
import sys
from pathlib import Path

from texture_core.audio.recording import write_audio
from texture_core.demo import demo_texture
from texture_core.phase.inversion import invert
from texture_core.parameters.method import InversionParameters, Parameters, from_mapping
from texture_core.records.provenance import without_clock
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram, write_synthesis
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram

folder = Path(sys.argv[1])
names = dict(seed=int(sys.argv[2]), texture=sys.argv[3], setting=sys.argv[4])
target = Spectrogram(log_spectrogram(demo_texture("tapping", seed=1, duration=1.5)), 16000, 512, 64)
parameters = from_mapping(Parameters, dict(
    alpha=0.5, beta=1e-3, features=dict(filters=8), autocorrelation=dict(maximum_lag=1.0),
    diversity=dict(iterations=3), optimizer=dict(iterations=5)))
synthesis = synthesize_spectrogram(target, parameters, threads=2, device="cpu", **names)
samples = invert(synthesis.spectrogram, InversionParameters(iterations=5), threads=2, target_rms=0.1, **names)
write_spectrogram(folder / "spectrogram.h5", target)
write_synthesis(folder / "synthesis.h5", without_clock(synthesis)[0])
write_audio(folder / "synthesis.wav", samples, 16000)
"""


def outputs(folder, seed=0, texture="rain", setting="full", hash_seed="0"):
    """Run the chain in a process of its own; the bytes of each file that it wrote."""
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(seed), texture, setting],
        check=True,
        # Threads that wait without spinning do not mind a busy machine.
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "OMP_WAIT_POLICY": "PASSIVE"},
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    first = outputs(tmp_path / "first")
    second = outputs(tmp_path / "second", hash_seed="77")
    assert set(first) == {"spectrogram.h5", "synthesis.h5", "synthesis.wav"}
    for name in first:
        assert first[name] == second[name], name


def test_the_same_seed_gives_the_same_values_twice_and_nothing_global_plays_a_part(random_spectrogram):
    target = random_spectrogram(100)
    torch.manual_seed(1)
    first = synthesize_spectrogram(target, small(), seed=0)
    torch.manual_seed(2)
    np.random.seed(3)  # noqa: NPY002 the global state is what is tested
    state = torch.get_rng_state()
    second = synthesize_spectrogram(target, small(), seed=0)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(first.spectrogram.log_magnitude, second.spectrogram.log_magnitude)
    np.testing.assert_array_equal(first.loss[:, :-1], second.loss[:, :-1])


@pytest.mark.parametrize("start", ["noise", "surrogate"])
def test_seed_texture_and_setting_each_give_another_synthesis(start, random_spectrogram):
    target = random_spectrogram(100)
    names = {"seed": 0, "texture": "rain", "setting": "full"}
    first = synthesize_spectrogram(target, small(start=start), **names)
    for changed in ({"seed": 1}, {"texture": "wind"}, {"setting": "gram"}):
        other = synthesize_spectrogram(target, small(start=start), **(names | changed))
        distance = np.abs(first.spectrogram.log_magnitude - other.spectrogram.log_magnitude).mean()
        assert distance > 0.05 * target.log_magnitude.mean(), changed


# --- starts ---


def test_the_start_from_noise_is_half_normal_with_the_targets_mean():
    target = torch.rand(65, 400, generator=torch.Generator().manual_seed(0)) + 0.7
    values = noise(target, torch.Generator().manual_seed(1)) / target.mean()
    assert values.shape == target.shape
    assert values.min().item() >= 0
    # Five standard errors of the half-normal distribution's mean and mean square.
    assert values.mean().item() == pytest.approx(math.sqrt(2 / math.pi), abs=5 * 0.6 / math.sqrt(values.numel()))
    assert values.square().mean().item() == pytest.approx(1, abs=5 * math.sqrt(2 / values.numel()))


@pytest.mark.parametrize("frames", [300, 301])
def test_the_surrogate_has_the_targets_distribution_and_correlations(frames):
    generator = np.random.default_rng(0)
    # Correlated over time and between bins, and skewed.
    white = generator.normal(size=(12, frames + 20))
    smooth = np.apply_along_axis(np.convolve, 1, white, np.hanning(20), "valid")[:, :frames]
    target = torch.from_numpy(np.exp(0.1 * (smooth + np.roll(smooth, 1, axis=0)))).float()
    found = surrogate(target, torch.Generator().manual_seed(1))
    assert torch.equal(found.sort(dim=1).values, target.sort(dim=1).values)

    def covariances(values):
        centred = (values - values.mean(dim=1, keepdim=True)).double()
        return torch.stack([centred @ centred.roll(-lag, dims=1).T / frames for lag in (0, 1, 5, 10, 40)])

    expected = covariances(target)
    shuffled = target[:, torch.randperm(frames, generator=torch.Generator().manual_seed(2))]
    distance = torch.linalg.vector_norm(covariances(found) - expected) / torch.linalg.vector_norm(expected)
    lost = torch.linalg.vector_norm(covariances(shuffled) - expected) / torch.linalg.vector_norm(expected)
    assert distance.item() < 0.3
    assert lost.item() > 0.5
    # It is no copy at any shift.
    assert max(np.corrcoef(found.ravel(), target.roll(s, dims=1).ravel())[0, 1] for s in range(frames)) < 0.7


# --- errors ---


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
from texture_core.parameters.method import Parameters, from_mapping
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


def test_a_synthesis_survives_its_file(tmp_path, random_spectrogram):
    synthesis = synthesize_spectrogram(random_spectrogram(100), small(), seed=0, texture="rain", setting="full")
    write_synthesis(tmp_path / "a.h5", synthesis)
    found = read_synthesis(tmp_path / "a.h5")
    np.testing.assert_array_equal(found.loss, synthesis.loss)
    np.testing.assert_array_equal(found.spectrogram.log_magnitude, synthesis.spectrogram.log_magnitude)
    assert synthesis.attributes.items() <= found.attributes.items()
    assert from_mapping(Parameters, found.attributes["parameters"]) == small()


# --- a recording ---


@pytest.mark.corpus
@pytest.mark.slow
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
