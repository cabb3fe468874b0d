"""The methods of synthesis: what they share, and each baseline on a short texture."""

import numpy as np
import pytest
import soxr
from scored import spectrogram_of

from texture_core import registry
from texture_core.audio.recording import rms
from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.methods import mcdermott_simoncelli
from texture_core.methods.synthesize_spectrogram import planned_iterations, synthesize_spectrogram
from texture_core.methods.task import uses_gpu
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.method import AudioParameters, Parameters, SpectrogramParameters
from texture_core.records.spectrogram_files import read_synthesis, write_synthesis
from texture_core.report.loss_figure import loss_figure
from texture_core.spectrogram.log_magnitude import log_spectrogram

RATE = 16000


def gram_alone(iterations, **further):
    features = {"kernel_widths": (2, 4), "filters": 4}
    return Parameters(alpha=0, beta=0, features=features, optimizer={"iterations": iterations}, **further)


@pytest.fixture(scope="module")
def rain():
    samples = demo_texture("rain", duration=2.0, sample_rate=RATE)
    return samples, spectrogram_of(samples)


@pytest.fixture(scope="module")
def imposed(rain):
    """McDermott & Simoncelli's rain after a few iterations."""
    samples, target = rain
    parameters = Parameters(method="mcdermott_simoncelli", optimizer={"iterations": 4})
    seen = []
    synthesis = synthesize_spectrogram(
        target,
        parameters,
        seed=1,
        texture="rain",
        setting="statistics",
        device="cpu",
        target_samples=samples,
        progress=lambda iteration, values: seen.append((iteration, values["average SNR"])),
    )
    return synthesis, seen


def test_griffin_lim_hands_the_target_on(rain):
    _, target = rain
    synthesis = synthesize_spectrogram(target, Parameters(method="griffin_lim"), seed=1, device="cpu")
    np.testing.assert_array_equal(synthesis.spectrogram.log_magnitude, target.log_magnitude)
    assert synthesis.loss.shape == (0, 6)
    assert synthesis.samples is None
    assert planned_iterations(Parameters(method="griffin_lim")) == 0


def test_statistics_per_class_as_the_paper_counts_them(rain):
    sonore = pytest.importorskip("sonore")
    samples, _ = rain
    statistics = sonore.texture.TextureStats.measure(sonore.Sound(samples.astype(float), RATE))
    counts = {name: statistics.count(classes=name) for name in mcdermott_simoncelli.CLASSES}
    moments = sum(counts.pop(name) for name in ("env_mean", "env_var", "env_skew", "env_kurt"))
    assert moments == 128
    assert counts == {"env_corr": 189, "mod_power": 640, "c1": 366, "c2": 192}
    assert statistics.count() == 1515


def test_statistics_are_imposed_class_by_class(rain, imposed):
    sonore = pytest.importorskip("sonore")
    samples, _ = rain
    synthesis, seen = imposed
    recorded = synthesis.attributes["snr"]
    assert sorted(recorded) == sorted(mcdermott_simoncelli.CLASSES.values())
    assert [iteration for iteration, _ in seen] == [1, 2, 3, 4]
    assert synthesis.attributes["snr_average"] == pytest.approx(max(value for _, value in seen), abs=1e-9)
    assert synthesis.attributes["snr_average"] > 20

    # The stored samples, brought back to the model's rate as a loop, still have them; noise of that spectrum has not.
    def measure(values, window):
        return sonore.texture.TextureStats.measure(sonore.Sound(values, 20000), window=window)

    def resample(values):
        return soxr.resample(values.astype(np.float64), RATE, 20000, quality="VHQ")

    statistics = measure(resample(samples), "ramped")
    heard = statistics.snr(measure(resample(np.tile(synthesis.samples, 3))[40000:80000], "uniform"))
    assert np.mean(list(heard.values())) > 20
    for name, value in heard.items():
        assert value > recorded[mcdermott_simoncelli.CLASSES[name]] - 10
    magnitude = np.abs(np.fft.rfft(resample(samples)))
    noise = np.fft.irfft(magnitude * np.exp(2j * np.pi * np.random.default_rng(0).random(len(magnitude))))
    assert np.mean(list(statistics.snr(measure(noise, "uniform")).values())) < 10


def test_samples_are_as_long_and_as_loud_as_the_recording_and_their_spectrogram_is_stored(rain, imposed):
    samples, target = rain
    synthesis, _ = imposed
    assert synthesis.samples.dtype == np.float32
    assert synthesis.samples.shape == samples.shape
    assert rms(synthesis.samples) == pytest.approx(rms(samples), rel=1e-5)
    assert synthesis.spectrogram.log_magnitude.shape == target.log_magnitude.shape
    np.testing.assert_array_equal(synthesis.spectrogram.log_magnitude, log_spectrogram(synthesis.samples))


def test_a_failed_imposition_warns(rain):
    pytest.importorskip("sonore")
    samples, target = rain
    parameters = Parameters(method="mcdermott_simoncelli", optimizer={"iterations": 1})
    clicks = np.zeros_like(samples)
    clicks[::4000] = 1.0
    with pytest.warns(UserWarning, match=r"texture clicks, .* dB on average after 1 iterations; below 20 dB"):
        synthesize_spectrogram(
            target, parameters, seed=1, texture="clicks", device="cpu", target_samples=clicks + 1e-3 * samples
        )


def test_a_method_without_its_needs_says_so(rain, request):
    samples, target = rain
    parameters = Parameters(method="mcdermott_simoncelli")
    with pytest.raises(ParameterError, match=r"texture rain, setting s: method: .*needs the recording's samples"):
        synthesize_spectrogram(target, parameters, seed=1, texture="rain", setting="s", device="cpu")
    request.getfixturevalue("without_sonore")
    with pytest.raises(ParameterError, match=r"needs the package sonore 0\.8\.0, found none; .*pip install"):
        synthesize_spectrogram(target, parameters, seed=1, device="cpu", target_samples=samples)


def test_methods_tell_what_they_need_without_being_imported():
    needs = {name: registry.constant("methods", name, "NEEDS_SAMPLES", False) for name in registry.names("methods")}
    assert needs == {
        "griffin_lim": False,
        "mcdermott_simoncelli": True,
        "natural_variation": True,
        "optimization": False,
    }
    assert [name for name in registry.names("methods") if uses_gpu(name)] == ["optimization"]
    assert registry.constant("methods", "griffin_lim", "PARAMETERS") == ()
    assert registry.constant("methods", "optimization", "PARAMETERS") is None
    assert registry.summary("methods", "griffin_lim").startswith("The target's own spectrogram, to be inverted")
    with pytest.raises(ParameterError, match="there is no 'granular'"):
        registry.constant("methods", "granular", "NEEDS_SAMPLES")


def test_a_baseline_asks_for_no_kernel():
    features = {"kernel_widths": (2000,)}
    seconds = {
        method: minimum_seconds(
            Parameters(method=method, features=features), AudioParameters(), SpectrogramParameters()
        )
        for method in ("griffin_lim", "optimization")
    }
    assert seconds["griffin_lim"][0] == pytest.approx(500 * 64 / RATE)
    assert "longest lag" in seconds["griffin_lim"][1]
    assert seconds["optimization"][0] > 2000 * 64 / RATE


def test_snapshots_are_the_iterates_that_were_asked_for(random_spectrogram):
    target = random_spectrogram(60)

    def run(iterations, snapshots=()):
        return synthesize_spectrogram(target, gram_alone(iterations, snapshots=snapshots), seed=1, device="cpu")

    synthesis = run(8, snapshots=[8, 3, 100])
    assert list(synthesis.snapshots) == [3, 8]
    np.testing.assert_array_equal(synthesis.snapshots[8], synthesis.spectrogram.log_magnitude)
    np.testing.assert_array_equal(synthesis.snapshots[3], run(3).spectrogram.log_magnitude)


def test_all_that_a_synthesis_may_hold_is_read_as_it_was_written(random_spectrogram, imposed, tmp_path):
    target = random_spectrogram(60)
    parameters = gram_alone(3, losses={"structural": 0.1, "sendik": 0.2}, snapshots=(1, 2))
    for number, synthesis in enumerate([synthesize_spectrogram(target, parameters, seed=1, device="cpu"), imposed[0]]):
        path = tmp_path / f"{number}.h5"
        write_synthesis(path, synthesis)
        again = read_synthesis(path)
        assert list(again.further_losses) == list(synthesis.further_losses)
        for name, values in synthesis.further_losses.items():
            np.testing.assert_array_equal(again.further_losses[name], values)
        assert list(again.snapshots) == list(synthesis.snapshots)
        for iteration, values in synthesis.snapshots.items():
            np.testing.assert_array_equal(again.snapshots[iteration], values)
        np.testing.assert_array_equal(again.samples, synthesis.samples)
        assert again.attributes["parameters"] == synthesis.attributes["parameters"]
        assert again.attributes.get("snr") == synthesis.attributes.get("snr")


def test_what_minimises_nothing_has_no_panel_of_losses(rain, random_spectrogram, tmp_path):
    _, target = rain
    copy = synthesize_spectrogram(target, Parameters(method="griffin_lim"), seed=1, device="cpu")
    gram = synthesize_spectrogram(random_spectrogram(60), gram_alone(2), seed=1, device="cpu")
    loss_figure(tmp_path / "both.svg", {"a_copy": copy, "one_gram": gram}, title="Rain")
    both = (tmp_path / "both.svg").read_text(encoding="utf-8")
    assert "one_gram" in both
    assert "a_copy" not in both
    loss_figure(tmp_path / "none.svg", {"a_copy": copy}, title="Rain")
    assert "no setting here minimises a loss" in (tmp_path / "none.svg").read_text(encoding="utf-8")
