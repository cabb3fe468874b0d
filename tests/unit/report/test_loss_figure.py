"""A figure of losses shows every term with its weight."""

import numpy as np
import pytest
from figure_parts import synthesis, texts

from texture_core.report.figure_style import _style
from texture_core.report.loss_figure import _END_STYLE, _TERM_STYLES, _draw_losses, _thinned, loss_figure


def test_losses_are_drawn_with_their_weights():
    run = synthesis(300, alpha=10.0, beta=1e-3, end=100)
    with _style():
        figure = _draw_losses({"full": run}, "Losses")
    (axis,) = figure.axes
    by_color = {line.get_color(): line for line in axis.lines}
    curves = {name: by_color[style["color"]].get_ydata() for name, style in _TERM_STYLES.items()}
    np.testing.assert_allclose(
        curves["total"], curves["gram"] + curves["autocorrelation"] + np.nan_to_num(curves["diversity"])
    )
    assert curves["autocorrelation"][0] == pytest.approx(10 * 0.2)
    assert axis.get_yscale() == "log"
    assert np.isfinite(curves["diversity"]).sum() == 101
    assert list(by_color[_END_STYLE["color"]].get_xdata()) == [100, 100]
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
    with _style():
        figure = _draw_losses({"gram": synthesis(alpha=0.0, beta=0.0), "all": synthesis(end=300)}, "Losses")
    assert [len(axis.lines) for axis in figure.axes] == [2, 4]
    assert "end of the diversity term" not in [text.get_text() for text in figure.legends[0].get_texts()]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_many_iterations_are_thinned_without_losing_the_ends(tmp_path):
    kept = _thinned(2001)
    assert list(kept[:12]) == list(range(12))
    assert kept[-1] == 2000
    assert len(kept) <= 500
    assert list(_thinned(400)) == list(range(400))
    loss_figure(tmp_path / "a.svg", {f"s{number}": synthesis(2000) for number in range(8)}, title="Long")
    assert (tmp_path / "a.svg").stat().st_size < 300_000


@pytest.mark.parametrize("iterations", [0, 1])
def test_the_shortest_run_can_be_drawn(tmp_path, iterations):
    loss_figure(tmp_path / "a.svg", {"full": synthesis(iterations, end=iterations)}, title="Short")
    assert "full (α = 10, β = 0.001)" in texts(tmp_path / "a.svg")
