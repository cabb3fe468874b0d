"""The paper's Figure 2: the classifier score against the weight of the diversity term, by class.

Of the settings it takes the largest family whose members differ in that weight alone.
"""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from texture_core.errors import ParameterError
from texture_core.parameters.mapping import to_mapping
from texture_core.parameters.method import AUTO
from texture_core.report.figure_style import save_figure
from texture_core.report.paper_table import CLASSES

NEEDS = ("scores",)
CLASSIFIER_SCORES = ("vggish_kl", "yamnet_kl")
_COLORS = ("#D55E00", "#0072B2", "#009E73")


def family(settings):
    """Return the settings to compare: the largest family that differs only in β, the first in a tie."""
    families = {}
    for name, parameters in settings.items():
        # Where β is chosen it differs from texture to texture.
        preset = AUTO if parameters.preset == AUTO else None
        families.setdefault(repr(to_mapping(replace(parameters, beta=0.0, preset=preset))), []).append(name)
    return max(families.values(), key=len)


def curves(records, settings):
    """Compute the mean classifier score of each class at each β, over one `family` of settings.

    Parameters
    ----------
    records : list of dict
    settings : dict of str to Parameters

    Returns
    -------
    score : str
        Name of the score.
    means : dict of str to list of (float, float)
        Class to (β, exp(mean) - 1), sorted; a texture of two classes counts in both.

    Raises
    ------
    ParameterError
        If there is no classifier score.
    """
    compared = family(settings)
    for score in CLASSIFIER_SCORES:
        known = [r for r in records if r["setting"] in compared and r["scores"].get(score) is not None]
        if known:
            break
    else:
        raise ParameterError(
            f"exhibits: classifier_by_beta needs {' or '.join(CLASSIFIER_SCORES)}, found neither; add yamnet to scores"
        )
    means = {}
    for name in CLASSES:
        values = {}
        for record in known:
            if name in (record["class"], record.get("also_class")):
                values.setdefault(settings[record["setting"]].beta, []).append(record["scores"][score])
        if values:
            means[name] = [(beta, float(np.expm1(np.mean(values[beta])))) for beta in sorted(values)]
    return score, means


def draw(path, folder, study):
    """Draw a line for each class."""
    score, means = curves(study.records, study.settings)
    save_figure(path, lambda: _draw(score, means, study), title=study.title)


def _draw(score, means, study):
    figure = Figure(figsize=(5.2, 3.4), layout="constrained")
    axis = figure.subplots()
    betas = sorted({beta for line in means.values() for beta, _ in line})
    for (name, line), color in zip(means.items(), _COLORS, strict=False):
        places = [betas.index(beta) for beta, _ in line]
        axis.plot(places, [1e4 * value for _, value in line], color=color, marker="o", markersize=3, label=name)
    axis.set_xticks(range(len(betas)), [f"{beta:g}" for beta in betas])
    axis.set_xlabel("β, weight of the diversity term")
    axis.set_ylabel(f"classifier score ({score.partition('_')[0]}, 10⁻⁴)")
    axis.set_title(study.title, loc="left", parse_math=False)
    axis.legend(frameon=False)
    return figure
