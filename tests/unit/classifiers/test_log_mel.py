"""The log-mel front end against the published numeric facts of VGGish and YAMNet."""

import numpy as np
import pytest

from texture_core.classifiers.log_mel import (
    VGGISH_OFFSET,
    YAMNET_OFFSET,
    hertz_to_mel,
    log_mel,
    mel_matrix,
    vggish_examples,
    yamnet_patches,
)
from texture_core.errors import AudioError
from texture_core.runtime.randomness import numpy_generator


def noise(seconds, label="noise"):
    return 0.1 * numpy_generator(0, label).standard_normal(round(16000 * seconds))


def test_mel_scale_is_the_natural_logarithm_form():
    # 1127 ln(1 + 1000 / 700): the constant makes 1000 Hz nearly 1000 mel.
    assert hertz_to_mel(1000.0) == pytest.approx(1127 * np.log(17 / 7))
    assert hertz_to_mel(1000.0) == pytest.approx(1000, abs=0.02)


def test_mel_matrix_has_its_published_edges():
    matrix = mel_matrix()
    assert matrix.shape == (257, 64)
    assert matrix[0].tolist() == [0.0] * 64
    frequencies = np.arange(257) * 31.25
    # Nothing at or below 125 Hz, nothing at or above 7500 Hz.
    assert matrix[frequencies <= 125].sum() == 0
    assert matrix[frequencies >= 7500].sum() == 0
    assert (matrix[(frequencies > 125) & (frequencies < 7500)].sum(axis=1) > 0).all()


def test_mel_triangles_are_linear_in_mel_and_overlap_to_one():
    matrix = mel_matrix()
    step = (hertz_to_mel(7500) - hertz_to_mel(125)) / 65
    mel = hertz_to_mel(np.arange(257) * 31.25)
    for band in (0, 20, 63):
        centre = hertz_to_mel(125) + (band + 1) * step
        np.testing.assert_allclose(matrix[1:, band], np.clip(1 - np.abs(mel[1:] - centre) / step, 0, None), atol=1e-12)
    # Between the first and the last centre two triangles share each frequency, linear in mel: their sum is 1.
    inside = (mel >= hertz_to_mel(125) + step) & (mel <= hertz_to_mel(7500) - step)
    np.testing.assert_allclose(matrix[inside].sum(axis=1), 1.0)


def test_log_mel_is_the_written_out_sum():
    samples = noise(0.1)
    n = np.arange(400)
    frame = samples[3 * 160 : 3 * 160 + 400] * (0.5 - 0.5 * np.cos(2 * np.pi * n / 400))
    bins = np.arange(257)
    magnitude = np.abs(np.exp(-2j * np.pi * np.outer(bins, n) / 512) @ frame)
    expected = np.log(magnitude @ mel_matrix() + 0.01)
    np.testing.assert_allclose(log_mel(samples, VGGISH_OFFSET)[3], expected, atol=1e-5)


@pytest.mark.parametrize(("offset", "value"), [(VGGISH_OFFSET, 0.01), (YAMNET_OFFSET, 0.001)])
def test_silence_is_the_logarithm_of_the_offset(offset, value):
    np.testing.assert_allclose(log_mel(np.zeros(1000), offset), np.log(value), rtol=1e-6)


@pytest.mark.parametrize(("length", "frames"), [(400, 1), (559, 1), (560, 2), (15360, 94), (15600, 96)])
def test_frames_are_neither_centred_nor_padded(length, frames):
    assert log_mel(np.zeros(length), VGGISH_OFFSET).shape == (frames, 64)


def test_vggish_needs_0_975_seconds():
    # 0.96 s are only 94 frames.
    with pytest.raises(AudioError, match=r"0\.960 s of sound, expected at least 0\.975 s"):
        vggish_examples(noise(0.96))
    assert vggish_examples(noise(0.975)).shape == (1, 96, 64)


def test_vggish_examples_follow_each_other_and_drop_the_tail():
    samples = noise(3.0)
    examples = vggish_examples(samples)
    assert examples.shape == (3, 96, 64)
    np.testing.assert_array_equal(examples.reshape(-1, 64), log_mel(samples, VGGISH_OFFSET)[: 3 * 96])


@pytest.mark.parametrize(
    ("length", "patches"), [(1, 1), (15600, 1), (15601, 2), (15600 + 7680, 2), (64000, 8), (112000, 14)]
)
def test_yamnet_pads_to_whole_hops(length, patches):
    assert yamnet_patches(np.zeros(length)).shape == (patches, 96, 64)


def test_yamnet_patches_overlap_by_half():
    samples = noise(0.975 + 0.48)
    patches = yamnet_patches(samples)
    bands = log_mel(samples, YAMNET_OFFSET)
    np.testing.assert_array_equal(patches[0], bands[:96])
    np.testing.assert_array_equal(patches[1], bands[48:144])
