"""Natural variation: halves of a recording, as a method and for scores."""

import numpy as np
import pytest
from scored import spectrogram_of

from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import AutocorrelationParameters, Parameters
from texture_core.scores.compute import score
from texture_core.spectrogram.halves import first_half, fitting_lags, second_half
from texture_core.spectrogram.log_magnitude import log_spectrogram


def recording(seconds=2.0, name="rain"):
    samples = demo_texture(name, duration=seconds)
    return spectrogram_of(samples), samples


@pytest.mark.parametrize("extra", [0, 1])
def test_the_halves_are_apart_and_equally_long(extra):
    samples = np.arange(16000 + extra, dtype=np.float32) / 16000
    whole = spectrogram_of(samples)
    (first, early), (second, late) = first_half(whole, samples), second_half(whole, samples)
    assert len(early) == len(late) == 8000
    assert early[-1] < late[0]
    assert np.array_equal(first.log_magnitude, log_spectrogram(early))
    assert np.array_equal(second.log_magnitude, log_spectrogram(late))


def test_the_method_hands_on_the_second_half():
    target, samples = recording()
    parameters = Parameters(method="natural_variation")
    made = synthesize_spectrogram(target, parameters, seed=0, target_samples=samples)
    assert np.array_equal(made.samples, samples[16000:])
    assert made.loss.shape[0] == 0
    with pytest.raises(ParameterError, match="needs the recording's samples"):
        synthesize_spectrogram(target, parameters, seed=0)
    with pytest.raises(ParameterError, match="more than 1024 samples, found 1000"):
        synthesize_spectrogram(target, parameters, seed=0, target_samples=samples[:1000])


def test_a_recording_that_repeats_itself_does_not_vary():
    """Its halves are the same; and those of one recording are nearer to each other than two recordings are."""
    _, samples = recording(name="rain")

    def scores(samples, late=None):
        whole = spectrogram_of(samples)
        (target, early), (synthesis, own) = first_half(whole, samples), second_half(whole, samples)
        late = own if late is None else late
        return score(
            ["autocorrelation"],
            target=target,
            synthesis=synthesis,
            target_samples=early,
            synthesis_samples=late,
            sample_rate=16000,
            autocorrelation=fitting_lags(AutocorrelationParameters(), 1.0),
        )["autocorrelation_rms_matched"]

    assert scores(np.tile(samples[:16000], 2)) == pytest.approx(0, abs=1e-12)
    other = demo_texture("tapping", duration=2.0)[16000:]
    assert 1e-6 < scores(samples) < 0.1 * scores(samples, other)


def test_lags_fit_a_half():
    assert fitting_lags(AutocorrelationParameters(), 3.5) == AutocorrelationParameters(0.2, 1.75)
    assert fitting_lags(AutocorrelationParameters(), 10.0) == AutocorrelationParameters()
