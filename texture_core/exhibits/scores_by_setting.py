"""Scores against settings: the paper's sections 3.2 and 3.3 at a glance; see `texture_core.report.settings_figure`."""

from texture_core.report.score_table import ScoreTable
from texture_core.report.settings_figure import draw_settings

NEEDS = ("scores",)


def draw(path, folder, study):
    """Draw a panel for each score."""
    rows = [{**record, **record["scores"]} for record in study.records]
    draw_settings(path, ScoreTable(rows), list(study.settings), study.title)
