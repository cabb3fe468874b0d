"""Names of grid points, and of files."""

import pytest
from planning.naming import is_name, point_name, safe_name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000, "1000"),
        (1000.0, "1000"),
        (0.5, "0p5"),
        (1e-4, "1e-4"),
        (2.5e-4, "2p5e-4"),
        (1e6, "1e6"),
        (0.01, "0p01"),
        (-1, "-1"),
        (True, "true"),
        (None, "null"),
        ("griffin lim", "griffin_lim"),
    ],
)
def test_names_of_points_tell_their_values(value, text):
    assert point_name({"a.b": value}) == f"a-b-{text}"
    assert is_name(point_name({"a.b": value}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("norm_ASE-03 Knife Sharpening 1", "norm_ASE-03_Knife_Sharpening_1"),
        ("forêt", "foret"),
        ("雨", "u96e8"),
        ("../etc", "etc"),
        ("a\"b'c", "a_b_c"),
        ("***", "unnamed"),
        ("x" * 300, "x" * 180),
    ],
)
def test_names_are_made_safe(text, name):
    assert safe_name(text) == name
    assert is_name(safe_name(text))
