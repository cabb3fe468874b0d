"""Lags in frames, and the shortest recording of a setting."""

import math

import numpy as np
import pytest
from scored import scores_of, spectrogram_of

from texture_core.audio.recording import check_recording, write_audio
from texture_core.errors import AudioError, ParameterError, TextureError
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.lags import lag_frames
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import AudioParameters, AutocorrelationParameters, Parameters, SpectrogramParameters
from texture_core.phase.inversion import invert


@pytest.mark.parametrize(
    ("minimum", "maximum", "rate", "expected"),
    [
        (0.2, 2.0, 250.0, (50, 500)),
        (0, 0.004, 250.0, (0, 1)),
        (0.2, 2.0, 344.53125, (69, 689)),
        (0.1, 0.3, 10.0, (1, 3)),
    ],
)
def test_lags_in_frames(minimum, maximum, rate, expected):
    assert lag_frames(AutocorrelationParameters(minimum, maximum), rate) == expected


def test_a_range_without_a_lag():
    with pytest.raises(ParameterError, match=r"autocorrelation: no lag between 0\.0 and 0\.001 s at 250 frames/s"):
        lag_frames(AutocorrelationParameters(0.0, 0.001), 250.0)


SHORTEST = {
    "widest kernel": ({"features": {"kernel_widths": [2, 40], "filters": 2}}, 0.1),
    "longest lag": ({"features": {"kernel_widths": [2, 8], "filters": 2}}, 0.1),
    "transform": ({"features": {"kernel_widths": [2], "filters": 2}}, 0.004),
}


def run_chain(samples, parameters):
    """All that a setting computes of a recording."""
    synthesis = synthesize_spectrogram(spectrogram_of(samples), parameters, seed=0).spectrogram
    found = invert(synthesis, parameters.inversion, seed=0)
    names, lags = ["autocorrelation", "diversity"], parameters.autocorrelation
    return scores_of(names, samples, found, synthesis=synthesis, autocorrelation=lags)


@pytest.mark.parametrize("case", SHORTEST)
@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("padding", ["valid", "circular"])
def test_the_shortest_recording_works_and_a_shorter_one_does_not(case, alpha, padding, tmp_path):
    fields, maximum_lag = SHORTEST[case]
    parameters = from_mapping(
        Parameters,
        {
            "alpha": alpha,
            "features": fields["features"] | {"padding": padding},
            "autocorrelation": {"minimum_lag": 0, "maximum_lag": maximum_lag},
            "optimizer": {"iterations": 1},
            "inversion": {"iterations": 1},
        },
    )
    seconds, reason = minimum_seconds(parameters, AudioParameters(), SpectrogramParameters())
    frames = round(16000 * seconds)
    assert frames == pytest.approx(16000 * seconds, abs=1e-9)
    samples = (0.3 * np.random.default_rng(0).normal(size=frames)).astype(np.float32)

    assert all(math.isfinite(value) for value in run_chain(samples, parameters).values())
    for shorter in (samples[:-1], samples[:-64]):
        with pytest.raises((TextureError, ValueError)):
            run_chain(shorter, parameters)

    write_audio(tmp_path / "a.wav", samples, 16000)
    assert check_recording(tmp_path / "a.wav", AudioParameters(), seconds)["duration"] == seconds
    write_audio(tmp_path / "a.wav", samples[:-1], 16000)
    with pytest.raises(AudioError, match="expected at least"):
        check_recording(tmp_path / "a.wav", AudioParameters(), seconds)
    assert {"widest kernel": "kernel", "longest lag": "lag", "transform": "transform"}[case] in reason


def test_the_papers_setting_needs_two_seconds_and_the_widest_kernel():
    seconds, reason = minimum_seconds(Parameters(), AudioParameters(), SpectrogramParameters())
    # 500 frames of lag, one more to compare, and the 63 that a kernel of 64 takes away.
    assert seconds == pytest.approx((501 + 63 - 1) * 0.004)
    assert "2.0 s" in reason
    assert "64 frames" in reason
    gram = minimum_seconds(Parameters(alpha=0), AudioParameters(), SpectrogramParameters())[0]
    assert gram == pytest.approx(500 * 0.004)
    wide = Parameters(alpha=0, features={"kernel_widths": (1000,)})
    seconds, reason = minimum_seconds(wide, AudioParameters(), SpectrogramParameters())
    assert seconds == pytest.approx(999 * 0.004)
    assert "1000 frames" in reason
