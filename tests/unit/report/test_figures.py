"""What all figures have in common: their layout, their bytes and their texts."""

from itertools import combinations

import matplotlib
import pytest
from figure_parts import NASTY, spectrogram, synthesis, texts
from matplotlib.backends.backend_agg import FigureCanvasAgg

from texture_core.errors import StorageError
from texture_core.report.figure_style import _style
from texture_core.report.loss_figure import _draw_losses, loss_figure
from texture_core.report.spectrogram_figure import _draw_spectrograms, spectrogram_figure


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
    with _style():
        labels = [f"{number} {NASTY}" for number in range(count)]
        small = spectrogram(40)
        assert_nothing_overlaps(_draw_spectrograms(small, dict.fromkeys(labels, small), NASTY))
        if count:
            assert_nothing_overlaps(_draw_losses(dict.fromkeys(labels, synthesis(30, end=10)), NASTY))


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


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file/a\.svg: cannot be written"):
        spectrogram_figure(tmp_path / "file" / "a.svg", spectrogram(30), {}, title="x")
