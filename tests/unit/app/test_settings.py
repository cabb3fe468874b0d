"""What pages may ask for, and the commands that are made of it."""

import math

import pytest

from texture_core.app.settings import QUALITIES, checked_settings, checked_takes, command_of, relative_cost
from texture_core.command_line import build_parser
from texture_core.errors import ParameterError

ASKED = {"quality": "draft", "duration": 8, "loop": False, "fade": 0.1, "mono": False, "position": [0.5]}


def source(name="rain", channels=1, sample_rate=44100):
    return {"name": name, "file": f"recordings/{name}.wav", "facts": {"channels": channels, "sample_rate": sample_rate}}


def checked(morph=False, **changes):
    return checked_settings(ASKED | changes, QUALITIES, morph=morph, seed=3)


def options_of(settings, *sources):
    """The options that the command line understands from a command of the app."""
    return build_parser().parse_args(command_of(settings, QUALITIES, sources, "textures/a.wav", threads=2))


def test_a_command_asks_the_command_line_for_what_was_asked():
    options = options_of(checked(), source())
    assert options.recording == "recordings/rain.wav"
    assert options.output == "textures/a.wav"
    assert (options.duration, options.loop, options.fade, options.seed) == (8, False, 0.1, 3)
    assert (options.preset, options.channels, options.computed_rate, options.threads) == ("quick", "keep", 16000, 2)
    assert options_of(checked(loop=True), source()).loop
    # A loop has no fades.
    assert options_of(checked(loop=True), source()).fade == 0


@pytest.mark.parametrize(
    ("rate", "computed"), [(8000, 16000), (16000, 16000), (22050, 24000), (44100, 48000), (96000, 48000)]
)
def test_the_full_range_is_the_lowest_rate_that_has_all(rate, computed):
    assert options_of(checked(quality="full"), source(sample_rate=rate)).computed_rate == computed


@pytest.mark.parametrize(
    ("channels", "mono", "mixed"), [(1, True, "keep"), (2, False, "keep"), (2, True, "mono"), (6, False, "mono")]
)
def test_stereo_is_kept_unless_asked_otherwise_and_more_channels_are_mixed(channels, mono, mixed):
    assert options_of(checked(mono=mono), source(channels=channels)).channels == mixed


def test_a_morph_has_two_recordings_and_positions():
    options = options_of(checked(morph=True, position=[0, 1, 0]), source("rain"), source("fire", channels=2))
    assert (options.first, options.second) == ("recordings/rain.wav", "recordings/fire.wav")
    assert options.position == [0, 1, 0]


def test_more_work_costs_more():
    costs = [
        relative_cost(checked(), QUALITIES, [source()]),
        relative_cost(checked(), QUALITIES, [source(channels=2)]),
        relative_cost(checked(quality="good"), QUALITIES, [source()]),
        relative_cost(checked(quality="full"), QUALITIES, [source()]),
        relative_cost(checked(quality="full"), QUALITIES, [source(channels=2)]),
    ]
    assert costs == sorted(set(costs))
    assert relative_cost(checked(mono=True), QUALITIES, [source(channels=2)]) == costs[0]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"quality": "best"}, "quality"),
        ({"quality": None}, "quality"),
        ({"duration": 0}, "duration"),
        ({"duration": 601}, "duration"),
        ({"duration": math.nan}, "duration"),
        ({"duration": math.inf}, "duration"),
        ({"duration": "8"}, "duration"),
        ({"duration": True}, "duration"),
        ({"fade": -1}, "fade"),
        ({"fade": 5}, "fade"),
        ({"morph": True, "quality": "full"}, "quality"),
        ({"morph": True, "position": []}, "position"),
        ({"morph": True, "position": [2]}, "position"),
        ({"morph": True, "position": 0.5}, "position"),
        ({"morph": True, "position": [0.5] * 10}, "position"),
        ({"morph": True, "position": [0, 1], "loop": True}, "position"),
    ],
)
def test_what_is_out_of_range_is_named(changes, named):
    with pytest.raises(ParameterError, match=f"^{named}: "):
        checked(**changes)


def test_takes_are_whole_and_not_too_many():
    assert checked_takes({"takes": 3}) == 3
    for takes in (0, 21, 1.5, "3", None):
        with pytest.raises(ParameterError, match=r"^takes: "):
            checked_takes({"takes": takes})
