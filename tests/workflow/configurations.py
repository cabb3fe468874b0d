"""Configurations for tests, and the problems that are found in them."""

from pathlib import Path

import pytest
from planning.configuration import load
from planning.problems import PlanningError

CHECKOUT = Path(__file__).parents[2]
# Of a preset, with fewer iterations than anyone would want.
SHORT = {"preset": "quick", "optimizer": {"iterations": 2, "waveform_iterations": 2}}
MINIMAL = {"settings": {"gram": {"alpha": 0, "beta": 0}}}


def problems_of(configuration, **options):
    with pytest.raises(PlanningError) as caught:
        load(configuration, checkout=CHECKOUT, **options)
    return caught.value.problems


def the_problem_of(configuration, **options):
    (problem,) = problems_of(configuration, **options)
    return problem


def job(stage, setting, texture, take=None):
    """The message of a job, of one take or of a single one."""
    return f"{stage}: texture {texture}, setting {setting}" + (f", take {take}" if take else "")


def with_setting(**parameters):
    return {"settings": {"mine": parameters}}
