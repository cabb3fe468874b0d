"""What the figures show is what is in the data, and nothing lies on anything else."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from texture_core.errors import StorageError
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram, Synthesis
from texture_core.report import figures
from texture_core.report.figures import common_maximum, loss_figure, spectrogram_figure, spectrogram_image

NASTY = '<script>alert("1")</script> & $x_1^2 \\frac$ \x00\n' + "very_long_name-" * 20


def spectrogram(frames=300, *, level=1.0, seed=0):
    generator = np.random.default_rng(seed)
    values = level * np.abs(generator.standard_normal((257, frames))).astype(np.float32)
    return Spectrogram(values, 16000, 512, 64)


def synthesis(iterations=300, *, alpha=10.0, beta=1e-3, end=100):
    loss = np.full((iterations + 1, len(LOSS_COLUMNS)), np.nan)
    column = {name: loss[:, number] for number, name in enumerate(LOSS_COLUMNS)}
    steps = np.arange(iterations + 1.0)
    column["gram"][:] = 0.5 / (1 + steps) ** 1.5
    if alpha:
        column["autocorrelation"][:] = 0.2 / (1 + steps)
    if beta:
        column["diversity"][: end + 1] = 3.0
    column["total"][:] = column["gram"] + np.nan_to_num(alpha * column["autocorrelation"] + 0 * steps)
    column["total"][:] += np.nan_to_num(beta * column["diversity"])
    column["evaluations"][:] = steps
    column["seconds"][:] = steps / 10
    return Synthesis(spectrogram(20), loss, {"parameters": {"alpha": alpha, "beta": beta}})


def texts(path):
    tags = ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(tag.itertext()) for tag in tags]


def embedded_images(path):
    data = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", path.read_text(encoding="utf-8"))
    return [Image.open(io.BytesIO(base64.b64decode(item))) for item in data]


def color_levels(image):
    """The level of each pixel, found by its colour."""
    palette = figures._color_map()(np.arange(figures._COLOR_LEVELS), bytes=True)[:, :3].astype(int)
    pixels = np.asarray(image.convert("RGB")).astype(int)
    colors, inverse = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    distances = np.abs(colors[:, None] - palette[None]).sum(axis=2)
    assert distances.min(axis=1).max() == 0
    return distances.argmin(axis=1)[inverse].reshape(pixels.shape[:2])


def assert_nothing_overlaps(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.texts]
    boxes += [("legend", legend.get_window_extent(renderer)) for legend in figure.legends]
    boxes += [(f"panel {number}", axis.get_tightbbox(renderer)) for number, axis in enumerate(figure.axes)]
    for name, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, name
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, name
    for (first, one), (second, other) in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        # Tick labels at the ends of neighbouring axes may come within a point of each other.
        assert across <= 1 or along <= 1, (first, second)


@pytest.mark.parametrize("count", [0, 2, 6, 40])
def test_nothing_overlaps(count):
    with figures._style():
        labels = [f"{number} {NASTY}" for number in range(count)]
        small = spectrogram(40)
        assert_nothing_overlaps(figures._draw_spectrograms(small, dict.fromkeys(labels, small), NASTY))
        if count:
            assert_nothing_overlaps(figures._draw_losses(dict.fromkeys(labels, synthesis(30, end=10)), NASTY))


def test_pictures_are_the_spectrograms_on_one_scale(tmp_path):
    loud, quiet = spectrogram(level=1.0), spectrogram(level=0.25, seed=1)
    spectrogram_figure(tmp_path / "a.svg", loud, {"quiet": quiet}, title="Two")
    images = embedded_images(tmp_path / "a.svg")
    maximum = common_maximum([loud, quiet])
    for image, shown in zip(images[:2], (loud, quiet), strict=True):
        assert image.mode == "P"
        levels = color_levels(image)
        expected = np.minimum(shown.log_magnitude / maximum, 1) * figures._COLOR_LEVELS
        # The SVG turns the picture, so that its first row is the lowest or the highest frequency.
        error = min(np.abs(levels + 0.5 - expected).max(), np.abs(levels[::-1] + 0.5 - expected).max())
        assert error <= 0.501


def test_axes_are_in_seconds_and_kilohertz(tmp_path):
    long = Spectrogram(np.ones((257, 501), np.float32), 16000, 512, 64)
    short = Spectrogram(np.ones((257, 251), np.float32), 8000, 512, 32)
    with figures._style():
        figure = figures._draw_spectrograms(long, {"short": short}, "x")
    for axis in figure.axes[:2]:
        assert axis.get_xlim() == pytest.approx((0, 500 * 64 / 16000))
        assert axis.get_ylim() == (0, 8)
    assert figure.axes[1].images[0].get_extent() == pytest.approx([-0.002, 1.002, -0.0078125, 4.0078125])
    spectrogram_figure(tmp_path / "a.svg", long, {}, title="x")
    assert {"time (s)", "frequency (kHz)", "ln(1 + |S|)", "original"} <= set(texts(tmp_path / "a.svg"))


def test_a_low_tone_is_drawn_low():
    values = np.zeros((257, 50), np.float32)
    values[28:37] = 1.0  # about 1 kHz
    with figures._style():
        figure = figures._draw_spectrograms(Spectrogram(values, 16000, 512, 64), {}, "tone")
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


def test_same_input_same_bytes_whatever_the_user_prefers(tmp_path):
    with matplotlib.rc_context({"font.size": 23, "svg.fonttype": "path", "image.cmap": "gray", "axes.grid": True}):
        spectrogram_figure(tmp_path / "1.svg", spectrogram(), {"gram": spectrogram(seed=1)}, title="A")
        loss_figure(tmp_path / "2.svg", {"full": synthesis()}, title="A")
    spectrogram_figure(tmp_path / "3.svg", spectrogram(), {"gram": spectrogram(seed=1)}, title="A")
    loss_figure(tmp_path / "4.svg", {"full": synthesis()}, title="A")
    assert (tmp_path / "1.svg").read_bytes() == (tmp_path / "3.svg").read_bytes()
    assert (tmp_path / "2.svg").read_bytes() == (tmp_path / "4.svg").read_bytes()
    assert "<dc:date>" not in (tmp_path / "1.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("draw", ["spectrogram", "loss"])
def test_any_text_is_safe(tmp_path, draw):
    path = tmp_path / "a.svg"
    if draw == "spectrogram":
        spectrogram_figure(path, spectrogram(30), {NASTY: spectrogram(30)}, title=NASTY)
    else:
        loss_figure(path, {NASTY: synthesis(20, end=5)}, title=NASTY)
    assert "<script" not in path.read_text(encoding="utf-8")
    assert (
        sum(text.startswith('<script>alert("1")</script> & $x_1^2 \\frac$ very_long_name-') for text in texts(path))
        == 2
    )


def test_a_sign_that_the_font_lacks_is_no_warning(tmp_path, recwarn):
    spectrogram_figure(tmp_path / "a.svg", spectrogram(30), {}, title="雨の音")
    assert "雨の音" in texts(tmp_path / "a.svg")
    assert not recwarn.list


def test_losses_are_drawn_with_their_weights():
    run = synthesis(300, alpha=10.0, beta=1e-3, end=100)
    with figures._style():
        figure = figures._draw_losses({"full": run}, "Losses")
    (axis,) = figure.axes
    by_color = {line.get_color(): line for line in axis.lines}
    curves = {name: by_color[style["color"]].get_ydata() for name, style in figures._TERM_STYLES.items()}
    np.testing.assert_allclose(
        curves["total"], curves["gram"] + curves["autocorrelation"] + np.nan_to_num(curves["diversity"])
    )
    assert curves["autocorrelation"][0] == pytest.approx(10 * 0.2)
    assert axis.get_yscale() == "log"
    assert np.isfinite(curves["diversity"]).sum() == 101
    assert list(by_color[figures._END_STYLE["color"]].get_xdata()) == [100, 100]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "total",
        "gram",
        "α × autocorrelation",
        "β × diversity",
        "end of the diversity term",
    ]
    low, high = axis.get_ylim()
    assert low < np.nanmin(curves["gram"]) and np.nanmax(curves["total"]) < high
    assert figure.texts[1].get_text() == "full (α = 10, β = 0.001)"


def test_a_term_that_took_no_part_is_not_drawn(tmp_path):
    with figures._style():
        figure = figures._draw_losses({"gram": synthesis(alpha=0.0, beta=0.0), "all": synthesis(end=300)}, "Losses")
    assert [len(axis.lines) for axis in figure.axes] == [2, 4]
    assert "end of the diversity term" not in [text.get_text() for text in figure.legends[0].get_texts()]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_many_iterations_are_thinned_without_losing_the_ends(tmp_path):
    kept = figures._thinned(2001)
    assert list(kept[:12]) == list(range(12))
    assert kept[-1] == 2000
    assert len(kept) <= 500
    assert list(figures._thinned(400)) == list(range(400))
    loss_figure(tmp_path / "a.svg", {f"s{number}": synthesis(2000) for number in range(8)}, title="Long")
    assert (tmp_path / "a.svg").stat().st_size < 300_000


@pytest.mark.parametrize("iterations", [0, 1])
def test_the_shortest_run_can_be_drawn(tmp_path, iterations):
    loss_figure(tmp_path / "a.svg", {"full": synthesis(iterations, end=iterations)}, title="Short")
    assert "full (α = 10, β = 0.001)" in texts(tmp_path / "a.svg")


def test_image_pixels(tmp_path):
    values = np.zeros((257, 100), np.float32)
    values[0, :] = 2.0  # lowest frequency
    values[:, 99] = 1.0  # end
    size = spectrogram_image(tmp_path / "a.png", Spectrogram(values, 16000, 512, 64), maximum=2.0, rows=300)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size == (100, 257)
        levels = color_levels(image)
    assert (levels[-1, :99] == figures._COLOR_LEVELS - 1).all()
    assert (levels[:, 99] == round(0.5 * (figures._COLOR_LEVELS - 1))).all()
    assert (levels[:-1, :99] == 0).all()


def test_image_is_pooled_by_means(tmp_path):
    # Neighbouring columns of 0 and 1 become 0.5 wherever two of them share a pixel.
    values = np.tile(np.array([0.0, 1.0], np.float32), (257, 100))
    size = spectrogram_image(tmp_path / "a.png", Spectrogram(values, 16000, 512, 64), maximum=1.0, columns=100, rows=64)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size == (100, 64)
        assert set(np.unique(color_levels(image))) == {round(0.5 * (figures._COLOR_LEVELS - 1))}
    uneven = figures._pool(np.arange(10.0, dtype=np.float32)[None], 4)
    np.testing.assert_allclose(uneven, [[0.5, 3.0, 5.5, 8.0]])


def test_common_maximum():
    quiet, loud = spectrogram(level=0.1), spectrogram(level=1.0)
    assert common_maximum([quiet, loud]) == common_maximum([loud])
    assert np.mean(loud.log_magnitude > common_maximum([loud])) == pytest.approx(0.001, rel=0.1)
    click = np.zeros((257, 300), np.float32)
    assert common_maximum([Spectrogram(click, 16000, 512, 64)]) == 1.0
    click[3, 7] = 0.4
    assert common_maximum([Spectrogram(click, 16000, 512, 64)]) == pytest.approx(0.4)


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file/a\.svg: cannot be written"):
        spectrogram_figure(tmp_path / "file" / "a.svg", spectrogram(30), {}, title="x")
