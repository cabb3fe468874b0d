"""Parameters of a small texture of one recording."""

from texture_core.parameters.method import FeatureParameters, InversionParameters, OptimizerParameters, Parameters


def small(filters=4, iterations=3, inversion=4):
    return Parameters(
        alpha=3.0,
        start="surrogate",
        features=FeatureParameters(filters=filters),
        optimizer=OptimizerParameters(type="projected_lbfgs", iterations=iterations),
        inversion=InversionParameters(algorithm="fast_griffin_lim", iterations=inversion),
    )
