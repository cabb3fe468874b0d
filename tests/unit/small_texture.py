"""Parameters of a small texture of one recording."""

from dataclasses import replace

from texture_core.parameters.method import FeatureParameters, InversionParameters, OptimizerParameters
from texture_core.parameters.presets import preset_parameters


def small(filters=4, iterations=3, inversion=4):
    return replace(
        preset_parameters("quick"),
        features=FeatureParameters(filters=filters),
        optimizer=OptimizerParameters(type="projected_lbfgs", iterations=iterations),
        inversion=InversionParameters(algorithm="fast_griffin_lim", iterations=inversion),
    )
