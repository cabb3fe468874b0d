"""A figure of spectrograms shows them on one scale, where they are in time and frequency."""

import numpy as np
import pytest
from figure_parts import color_levels, embedded_images, spectrogram, texts
from matplotlib.backends.backend_agg import FigureCanvasAgg

from texture_core.records.spectrogram_files import Spectrogram
from texture_core.report.figure_style import _style
from texture_core.report.spectrogram_figure import _draw_spectrograms, spectrogram_figure
from texture_core.report.spectrogram_image import _COLOR_LEVELS, common_maximum


def test_pictures_are_the_spectrograms_on_one_scale(tmp_path):
    loud, quiet = spectrogram(level=1.0), spectrogram(level=0.25, seed=1)
    spectrogram_figure(tmp_path / "a.svg", loud, {"quiet": quiet}, title="Two")
    images = embedded_images(tmp_path / "a.svg")
    maximum = common_maximum([loud, quiet])
    for image, shown in zip(images[:2], (loud, quiet), strict=True):
        assert image.mode == "P"
        levels = color_levels(image)
        expected = np.minimum(shown.log_magnitude / maximum, 1) * _COLOR_LEVELS
        # The SVG turns the picture, so that its first row is the lowest or the highest frequency.
        error = min(np.abs(levels + 0.5 - expected).max(), np.abs(levels[::-1] + 0.5 - expected).max())
        assert error <= 0.501


def test_axes_are_in_seconds_and_kilohertz(tmp_path):
    long = Spectrogram(np.ones((257, 501), np.float32), 16000, 512, 64)
    short = Spectrogram(np.ones((257, 251), np.float32), 8000, 512, 32)
    with _style():
        figure = _draw_spectrograms(long, {"short": short}, "x")
    for axis in figure.axes[:2]:
        assert axis.get_xlim() == pytest.approx((0, 500 * 64 / 16000))
        assert axis.get_ylim() == (0, 8)
    assert figure.axes[1].images[0].get_extent() == pytest.approx([-0.002, 1.002, -0.0078125, 4.0078125])
    spectrogram_figure(tmp_path / "a.svg", long, {}, title="x")
    assert {"time (s)", "frequency (kHz)", "ln(1 + |S|)", "original"} <= set(texts(tmp_path / "a.svg"))


def test_a_low_tone_is_drawn_low():
    values = np.zeros((257, 50), np.float32)
    values[28:37] = 1.0  # about 1 kHz
    with _style():
        figure = _draw_spectrograms(Spectrogram(values, 16000, 512, 64), {}, "tone")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axis = figure.axes[0]
    column = int(axis.transData.transform((0.1, 0))[0])
    pixels = np.asarray(canvas.buffer_rgba())[::-1, column, :3].astype(int)
    bottom, top = (round(axis.transData.transform((0, kilohertz))[1]) for kilohertz in (0, 8))
    brightest = np.argmax(pixels[bottom + 2 : top - 2].sum(axis=1)) + 2
    assert brightest / (top - bottom) * 8 == pytest.approx(1.0, abs=0.15)


def test_long_spectrograms_stay_small(tmp_path):
    long = [spectrogram(1751, seed=seed) for seed in range(3)]
    spectrogram_figure(tmp_path / "a.svg", long[0], {"gram": long[1], "full": long[2]}, title="Seven seconds of noise")
    assert (tmp_path / "a.svg").stat().st_size < 800_000
    assert max(image.width for image in embedded_images(tmp_path / "a.svg")) <= 700
    assert "pixelated" not in (tmp_path / "a.svg").read_text(encoding="utf-8")
