"""How many cases the fuzz tests draw: hundreds in make test, thousands in make test-long."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

QUICK = 40
LONG = 400


@pytest.fixture(params=["quick", pytest.param("long", marks=pytest.mark.long)])
def cases(request):
    """How many cases to draw of one kind."""
    return QUICK if request.param == "quick" else LONG
