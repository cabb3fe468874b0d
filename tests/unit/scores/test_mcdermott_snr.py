"""The SNR of McDermott & Simoncelli's statistics against the formula written out, and what must lower it."""

import numpy as np
import pytest
import scipy.signal
import soxr
from scored import scores_of

from texture_core.demo import demo_texture
from texture_core.methods.mcdermott_simoncelli import CLASSES

RATE = 16000
NAMES = {name: f"mcdermott_snr_{text.lower().replace(' ', '_')}" for name, text in CLASSES.items()}

sonore = pytest.importorskip("sonore")


def snr_of(target, synthesis, rate=RATE):
    return scores_of(["mcdermott_snr"], target, synthesis, rate)


def measured(samples):
    samples = soxr.resample(samples.astype(np.float64), RATE, 20000, quality="VHQ")
    return sonore.texture.TextureStats.measure(sonore.Sound(samples, 20000))


@pytest.fixture(scope="module")
def takes():
    """Two takes of one texture without its upper octaves, whose channels then do not count."""
    taps = scipy.signal.butter(6, 1500, "lowpass", fs=RATE, output="sos")
    return [scipy.signal.sosfilt(taps, demo_texture("rain", seed=seed, duration=1.0)) for seed in (0, 1)]


def test_each_class_by_its_formula(takes):
    target, synthesis = (measured(side) for side in takes)
    level = 10 * np.log10(target.subband_var / target.subband_var.max())
    loud = [k for k in range(32) if level[k] > -30]
    assert 5 < len(loud) < 30

    def selected(statistics, name):
        values = getattr(statistics, name)
        if name not in ("env_corr", "c1"):
            return np.concatenate([np.ravel(values[k]) for k in loud])
        # Of the pair (k, k + d) both must be loud.
        offsets = (1, 2) if name == "c1" else (1, 2, 3, 5, 8, 11, 16, 21)
        return np.concatenate(
            [np.ravel(values[k, ..., i]) for k in loud for i, offset in enumerate(offsets) if k + offset in loud]
        )

    expected = {}
    for name in CLASSES:
        signal, other = selected(target, name), selected(synthesis, name)
        assert np.isfinite(signal).all()
        expected[NAMES[name]] = 10 * np.log10(np.sum(np.abs(signal) ** 2) / np.sum(np.abs(signal - other) ** 2))
    expected["mcdermott_snr"] = np.mean(list(expected.values()))
    assert snr_of(*takes) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", CLASSES)
def test_hand_made_statistics_that_are_a_tenth_too_large_have_20_db(takes, name):
    statistics = measured(takes[0])
    made = statistics.replace(**{name: 1.1 * getattr(statistics, name)})
    assert statistics.snr(made, classes=[name]) == {name: pytest.approx(20.0, abs=1e-9)}


def test_a_recording_against_itself_at_any_level_has_the_largest_number(takes):
    same = snr_of(takes[0], takes[0])
    assert set(same) == {"mcdermott_snr", *NAMES.values()}
    assert set(same.values()) == {100.0}
    assert snr_of(takes[0], 0.1 * takes[0])["mcdermott_snr"] > 90


def test_noise_lowers_it_step_by_step(takes):
    noise = np.random.default_rng(0).standard_normal(len(takes[0])) * takes[0].std()
    found = [snr_of(takes[0], takes[0] + level * noise)["mcdermott_snr"] for level in (0.001, 0.01, 0.1, 1.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 20
    assert found[-1] < 10


def test_another_rate_makes_no_difference():
    rain = demo_texture("rain", duration=1.0, sample_rate=20000)
    other = demo_texture("rain", seed=1, duration=1.0, sample_rate=20000)
    at_20000, at_40000 = (
        snr_of(*(soxr.resample(side, 20000, rate, quality="VHQ") for side in (rain, other)), rate=rate)
        for rate in (20000, 40000)
    )
    assert at_40000 == pytest.approx(at_20000, abs=0.5)


def test_what_has_no_statistics_has_no_value(takes):
    for sides in ((takes[0], np.zeros(RATE)), (np.zeros(RATE), takes[0])):
        assert snr_of(*sides) == dict.fromkeys(["mcdermott_snr", *NAMES.values()])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seconds", [0.1, 0.6])
def test_short_sounds_and_steady_tones_are_finite(seconds):
    count = round(seconds * RATE)
    tone = np.sin(2 * np.pi * 1000 / RATE * np.arange(count))
    noise = np.random.default_rng(0).standard_normal(count)
    for sides in ((tone, noise), (noise, tone), (noise, noise[::-1])):
        found = snr_of(*sides)
        assert all(-100 <= value < 100 for value in found.values()), found


def test_without_the_package_only_this_score_is_left_out(takes, without_sonore):
    missing = {}
    found = scores_of(["mcdermott_snr", "diversity"], *takes, missing=missing)
    assert "diversity" in found
    assert list(missing) == ["mcdermott_snr"]
    assert "sonore 0.8.0 is not installed; install it with: pip install sonore==0.8.0" in missing["mcdermott_snr"]
