"""Parameters of a small synthesis."""

from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters

SMALL = {
    "alpha": 0.5,
    "beta": 0.01,
    "features": {"kernel_widths": [2, 4, 16], "filters": 6},
    "autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.2},
    "diversity": {"iterations": 3},
    "optimizer": {"iterations": 8},
}


def small(**fields):
    return from_mapping(Parameters, SMALL | fields)
