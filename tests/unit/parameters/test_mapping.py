"""Parameters as mappings, which travel to jobs and into files, and back."""

import json
from dataclasses import dataclass

import pytest

from texture_core.errors import ParameterError
from texture_core.parameters.field import ParameterSet, parameter
from texture_core.parameters.mapping import from_mapping, read_back, to_mapping
from texture_core.parameters.method import AudioParameters, FeatureParameters, Parameters


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"gamma": 1}, r"settings\[2\]\.gamma: expected a known key \(alpha, .*, features, .*\), found 'gamma'"),
        (
            {"features": {"filter": 3}},
            r"settings\[2\]\.features\.filter: expected a known key \(.*filters.*\), found 'filter'",
        ),
        ({"features": {"filters": 0}}, r"settings\[2\]\.features\.filters: expected .* found 0"),
        ({"alpha": -1}, r"settings\[2\]\.alpha: expected .* found -1"),
        ({"diversity": 3}, r"settings\[2\]\.diversity: expected a mapping, found 3"),
        ({"optimizer": None}, r"settings\[2\]\.optimizer: expected a mapping, found None"),
        ({3: 4}, r"settings\[2\]\.3: expected a known key \(alpha, .*\), found 3"),
    ],
)
def test_messages_hold_the_path_of_the_key(mapping, message):
    with pytest.raises(ParameterError, match=f"^{message}"):
        from_mapping(Parameters, mapping, "settings[2]")
    with pytest.raises(ParameterError, match="^" + message.replace(r"settings\[2\]\.", "")):
        from_mapping(Parameters, mapping)


def test_the_path_of_a_class_that_is_a_section_itself():
    with pytest.raises(ParameterError, match=r"^audio\.sample_rate: expected"):
        from_mapping(AudioParameters, {"sample_rate": 3})


def test_from_mapping_takes_what_is_given_and_defaults_for_the_rest():
    found = from_mapping(
        Parameters, {"alpha": 5, "features": {"kernel_widths": [3], "padding": "circular"}, "diversity": {}}
    )
    expected = Parameters(alpha=5, features=FeatureParameters(kernel_widths=(3,), padding="circular"))
    assert found == expected
    assert from_mapping(Parameters, {}) == Parameters()


def test_mappings_are_plain_and_lead_back():
    parameters = Parameters(alpha=1, start="surrogate", features=FeatureParameters(options={"a": [1, 2]}))
    mapping = to_mapping(parameters)
    assert from_mapping(Parameters, mapping) == parameters
    assert json.loads(json.dumps(mapping)) == mapping
    audio = to_mapping(AudioParameters(duration=4))
    assert from_mapping(AudioParameters, audio) == AudioParameters(duration=4.0)
    assert to_mapping(AudioParameters())["duration"] is None


def test_equal_parameters_have_the_same_mapping_to_the_letter():
    first = from_mapping(
        Parameters, {"alpha": 1000, "beta": 0, "autocorrelation": {"maximum_lag": 2, "minimum_lag": 0.2}}
    )
    second = from_mapping(
        Parameters, {"autocorrelation": {"minimum_lag": 0.2, "maximum_lag": 2.0}, "beta": 0.0, "alpha": 1000.0}
    )
    assert json.dumps(to_mapping(first)) == json.dumps(to_mapping(second))
    assert json.dumps(to_mapping(AudioParameters(duration=4))) == json.dumps(to_mapping(AudioParameters(duration=4.0)))
    assert json.dumps(to_mapping(Parameters())) == json.dumps(to_mapping(from_mapping(Parameters, {})))
    assert json.dumps(to_mapping(first)) != json.dumps(to_mapping(Parameters(alpha=1001, beta=0)))


@dataclass(frozen=True)
class Inner(ParameterSet, section="inner"):
    old: int = parameter(1, minimum=0)
    new: float = parameter(0.5, minimum=0, neutral=0.0)


@dataclass(frozen=True)
class Outer(ParameterSet):
    inner: Inner = Inner()
    flag: str = parameter("off", choices=("off", "on"), neutral="off")
    views: tuple[Inner, ...] = parameter((), lengths=(0, 2), neutral=())


def test_a_field_at_its_neutral_value_is_left_out():
    assert to_mapping(Outer()) == {"inner": {"old": 1, "new": 0.5}}
    assert to_mapping(Outer(Inner(2, 0.0), "on")) == {"inner": {"old": 2}, "flag": "on"}
    assert to_mapping(Outer(Inner(2, 0))) == {"inner": {"old": 2}}


@pytest.mark.parametrize(
    "parameters",
    [Outer(), Outer(Inner(2, 0.0), "on"), Outer(Inner(1, 0.0)), Outer(views=[Inner(3), Inner(4, 0.0)])],
)
def test_what_was_written_is_read_back_also_where_the_default_is_not_neutral(parameters):
    mapping = json.loads(json.dumps(to_mapping(parameters)))
    assert read_back(Outer, mapping) == parameters


def test_what_was_read_back_takes_neutral_values_and_what_a_user_wrote_takes_defaults():
    assert read_back(Outer, {}).inner.new == 0.0
    assert from_mapping(Outer, {}).inner.new == 0.5


def test_lists_of_records():
    assert from_mapping(Outer, {"views": [{"old": 3}, {}]}).views == (Inner(3), Inner())
    with pytest.raises(ParameterError, match=r"^views, item 2, old: expected a whole number, at least 0, found -1$"):
        from_mapping(Outer, {"views": [{"old": 3}, {"old": -1}]})
    with pytest.raises(ParameterError, match=r"^a\.views, item 1, odl: expected a known key \(old, new\), found "):
        from_mapping(Outer, {"views": [{"odl": 3}]}, "a")
    with pytest.raises(ParameterError, match=r"^views, item 1: expected a mapping, found 3$"):
        from_mapping(Outer, {"views": [3]})
    with pytest.raises(ParameterError, match=r"^views: expected a list of at most 2 mappings, found \["):
        from_mapping(Outer, {"views": [{}, {}, {}]})
