"""Configurations for tests, and the problems that are found in them."""

from pathlib import Path

import pytest
from planning.configuration import load
from planning.problems import PlanningError

CHECKOUT = Path(__file__).parents[2]
MINIMAL = {"settings": {"gram": {"alpha": 0, "beta": 0}}}


def problems_of(configuration, **options):
    with pytest.raises(PlanningError) as caught:
        load(configuration, checkout=CHECKOUT, **options)
    return caught.value.problems


def the_problem_of(configuration, **options):
    (problem,) = problems_of(configuration, **options)
    return problem


def with_setting(**parameters):
    return {"settings": {"mine": parameters}}
