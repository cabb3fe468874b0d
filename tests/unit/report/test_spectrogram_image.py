"""A spectrogram as pixels."""

import numpy as np
import pytest
from figure_parts import color_levels, spectrogram
from PIL import Image

from texture_core.records.spectrogram_files import Spectrogram
from texture_core.report.spectrogram_image import _COLOR_LEVELS, common_maximum, pool, spectrogram_image


def test_image_pixels(tmp_path):
    values = np.zeros((257, 100), np.float32)
    values[0, :] = 2.0  # lowest frequency
    values[:, 99] = 1.0  # end
    size = spectrogram_image(tmp_path / "a.png", Spectrogram(values, 16000, 512, 64), maximum=2.0, rows=300)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size == (100, 257)
        levels = color_levels(image)
    assert (levels[-1, :99] == _COLOR_LEVELS - 1).all()
    assert (levels[:, 99] == round(0.5 * (_COLOR_LEVELS - 1))).all()
    assert (levels[:-1, :99] == 0).all()


def test_image_is_pooled_by_means(tmp_path):
    # Neighbouring columns of 0 and 1 become 0.5 wherever two of them share a pixel.
    values = np.tile(np.array([0.0, 1.0], np.float32), (257, 100))
    size = spectrogram_image(tmp_path / "a.png", Spectrogram(values, 16000, 512, 64), maximum=1.0, columns=100, rows=64)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size == (100, 64)
        assert set(np.unique(color_levels(image))) == {round(0.5 * (_COLOR_LEVELS - 1))}
    uneven = pool(np.arange(10.0, dtype=np.float32)[None], 4)
    np.testing.assert_allclose(uneven, [[0.5, 3.0, 5.5, 8.0]])


def test_common_maximum():
    quiet, loud = spectrogram(level=0.1), spectrogram(level=1.0)
    assert common_maximum([quiet, loud]) == common_maximum([loud])
    assert np.mean(loud.log_magnitude > common_maximum([loud])) == pytest.approx(0.001, rel=0.1)
    click = np.zeros((257, 300), np.float32)
    assert common_maximum([Spectrogram(click, 16000, 512, 64)]) == 1.0
    click[3, 7] = 0.4
    assert common_maximum([Spectrogram(click, 16000, 512, 64)]) == pytest.approx(0.4)
