"""Every range with its key, the mappings that travel to jobs, and the shortest recording."""

import dataclasses
import json
import math
import re
from dataclasses import dataclass

import numpy as np
import pytest

from texture_core.audio.recording import check_recording, write_audio
from texture_core.errors import AudioError, ParameterError, TextureError
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.field import ParameterSet, parameter
from texture_core.parameters.lags import lag_frames
from texture_core.parameters.limits import minimum_seconds
from texture_core.parameters.mapping import from_mapping, read_back, to_mapping
from texture_core.parameters.method import (
    WEIGHTS_BY_KIND,
    AudioParameters,
    AutocorrelationParameters,
    AutoParameters,
    DiversityParameters,
    FeatureParameters,
    InversionParameters,
    OptimizerParameters,
    Parameters,
    SpectrogramParameters,
    ViewParameters,
)
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score
from texture_core.spectrogram.log_magnitude import log_spectrogram

NO_NUMBER = ["1", None, True, math.nan, math.inf, -math.inf, [1], 10**400]
NO_INTEGER = [*NO_NUMBER[:-1], 1.5, 2.0]

# class, field, values that are refused, the extreme values that are not
RANGES = [
    (AudioParameters, "sample_rate", [*NO_INTEGER, 0, -16000, 999, 192001], [1000, 192000]),
    (AudioParameters, "normalize", ["Peak", "", None, 1, ["peak"]], ["peak", "rms", "none"]),
    (AudioParameters, "duration", ["1", True, math.nan, math.inf, 0, -1.0, [1]], [None, 1e-3, 7]),
    (SpectrogramParameters, "n_fft", [*NO_INTEGER, 0, 15, 14, 513, -512], [128, 2048]),
    (SpectrogramParameters, "hop_length", [*NO_INTEGER, 0, -64, 257], [1, 256]),
    (SpectrogramParameters, "window", ["hamming", None, 1], ["hann"]),
    (FeatureParameters, "kernel_widths", [[], [0], [2, -4], [2.0], ["2"], [True], "24", 4, None], [[1], (2, 256)]),
    (FeatureParameters, "filters", [*NO_INTEGER, 0, -1], [1, 4096]),
    (FeatureParameters, "padding", ["same", None, 0], ["valid", "circular"]),
    (FeatureParameters, "options", [None, 3, "a", [1]], [{}, {"model": "vggish"}]),
    (AutocorrelationParameters, "minimum_lag", [*NO_NUMBER, -0.1, 2.0, 3.0], [0, 0.0, 1.9]),
    (AutocorrelationParameters, "maximum_lag", [*NO_NUMBER, 0, 0.2, -1], [0.21, 60]),
    (DiversityParameters, "shifts", ["all", None, 1], ["exact", "comb"]),
    (DiversityParameters, "iterations", [*NO_INTEGER, -1], [0, 10000]),
    (DiversityParameters, "comb_spacing", [*NO_INTEGER, 0, -1], [1, 10000]),
    (DiversityParameters, "comb_memory", [*NO_INTEGER, -1], [0, 100]),
    (OptimizerParameters, "iterations", [*NO_INTEGER, 0, -1], [1, 100000]),
    (OptimizerParameters, "history", [*NO_INTEGER, 0, -1], [1, 100]),
    (InversionParameters, "iterations", [*NO_INTEGER, -1], [0, 100000]),
    (InversionParameters, "match_rms", [0, 1, "yes", None], [True, False]),
    (InversionParameters, "match_log_magnitude", [0, 1, "yes", None], [True, False]),
    (InversionParameters, "start", ["noise", None, 1], ["random", "phase_gradient"]),
    (Parameters, "alpha", [*NO_NUMBER, -1e-9, -1], [0, 0.0, 1e5]),
    (Parameters, "beta", [*NO_NUMBER, -1e-9, -1], [0, 0.0, 1.0]),
    (Parameters, "start", ["zeros", None, 1], ["noise", "surrogate"]),
    (Parameters, "losses", [None, 3, "sendik", ["sendik"]], [{}, {"sendik": 0.5}]),
    (Parameters, "snapshots", [None, 3, "3", [0], [-1], [1.0], [True]], [(), (1, 1000)]),
    (Parameters, "preset", ["tonal", "", 1, ["other"]], [None, "rhythmic", "other", "auto"]),
    (OptimizerParameters, "waveform_iterations", [*NO_INTEGER, -1], [0, 100000]),
    (Parameters, "frame_step", [*NO_INTEGER, 0, 2], [1]),
    (Parameters, "retakes", [*NO_INTEGER, -1], [0, 5]),
    (FeatureParameters, "views", [None, "log_magnitude", [], [1], 3], [(ViewParameters(),)]),
    (ViewParameters, "weight", [*NO_NUMBER, 0, -1], [1e-6, 100.0]),
    (ViewParameters, "loudness", [*NO_NUMBER, -0.1, 1.1], [0, 1]),
    (ViewParameters, "options", [None, 3, "a", [1]], [{}, {"gain": 30.0}]),
    (AutoParameters, "alpha", [None, 1.0, "1", [], [-1.0], [math.nan], [True], [1.0] * 13], [[0.0], (1.0, 1e5)]),
    (AutoParameters, "beta", [None, 1e-4, [], [-1e-9], ["1"]], [[0.0, 1e-5], (1.0,)]),
    (AutoParameters, "filters", [*NO_INTEGER, 0, -1], [1, 4096]),
    (AutoParameters, "iterations", [*NO_INTEGER, 0, -1], [1, 100000]),
    (AutoParameters, "maximum_diversity", [*NO_NUMBER, -1], [0, 1e6]),
    (AutoParameters, "tolerance", [*NO_NUMBER, 0, 0.99], [1, 100.0]),
    (AutoParameters, "minimum_autocorrelation", [*NO_NUMBER, -1e-9], [0, 10.0]),
]
SECTION = {
    AudioParameters: "audio.",
    SpectrogramParameters: "spectrogram.",
    FeatureParameters: "features.",
    AutocorrelationParameters: "autocorrelation.",
    DiversityParameters: "diversity.",
    OptimizerParameters: "optimizer.",
    InversionParameters: "inversion.",
    AutoParameters: "auto.",
    Parameters: "",
    ViewParameters: "",
}
# Which the registry checks, with the list of what there is.
NAMES = {
    (FeatureParameters, "type"),
    (OptimizerParameters, "type"),
    (InversionParameters, "algorithm"),
    (ViewParameters, "type"),
    (Parameters, "method"),
}


def wrong_values():
    for cls, name, refused, _ in RANGES:
        for value in refused:
            yield pytest.param(cls, name, value, id=f"{SECTION[cls]}{name}={str(value)[:12]}")


@pytest.mark.parametrize(("cls", "name", "value"), list(wrong_values()))
def test_a_value_out_of_range_is_refused_with_its_key(cls, name, value):
    # A lag above the other one may be laid at either's door.
    key = r"(minimum_lag|maximum_lag)" if name.endswith("_lag") else name
    with pytest.raises(ParameterError, match=rf"^{SECTION[cls]}{key}(, item \d)?: expected .*found ") as caught:
        cls(**{name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("cls", "name", "_", "values"), RANGES)
def test_the_ends_of_a_range_are_inside(cls, name, _, values):
    for value in values:
        found = getattr(cls(**{name: value}), name)
        assert found == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize("cls", SECTION)
def test_every_field_is_documented(cls):
    assert cls.section == tuple(SECTION[cls].split(".")[:-1])
    for name, stated in cls.stated.items():
        assert re.search(rf"^ *{name} : \S", cls.__doc__, re.MULTILINE)
        assert stated.is_section or re.fullmatch(r"[A-Za-z].*\.", stated.description), name


@pytest.mark.parametrize(
    ("cls", "name", "expected"),
    [
        (AudioParameters, "sample_rate", "a whole number of Hz from 1000 to 192000"),
        (AudioParameters, "duration", "seconds above 0, or null"),
        (SpectrogramParameters, "n_fft", "an even number of samples, at least 16"),
        (FeatureParameters, "kernel_widths", "a list of one or more whole numbers of frames, each at least 1"),
        (FeatureParameters, "padding", "valid or circular"),
        (InversionParameters, "match_rms", "true or false"),
        (AutoParameters, "alpha", "a list of 1 to 12 numbers, each at least 0"),
        (Parameters, "features", "a mapping"),
    ],
)
def test_what_is_expected_in_words(cls, name, expected):
    assert cls.stated[name].expected == expected


def test_every_field_is_tested_here():
    tested = {(cls, name) for cls, name, _, _ in RANGES} | NAMES
    for cls in SECTION:
        for f in dataclasses.fields(cls):
            assert (cls, f.name) in tested or dataclasses.is_dataclass(f.type), (cls, f.name)


def test_the_defaults_are_the_papers():
    defaults = Parameters()
    assert (defaults.alpha, defaults.beta) == (1e3, 1e-4)
    assert defaults.features.kernel_widths == (2, 4, 8, 16, 32, 64)
    assert defaults.features.filters == 512
    assert lag_frames(defaults.autocorrelation, 250.0) == (50, 500)
    assert (defaults.diversity.iterations, defaults.diversity.comb_spacing, defaults.diversity.comb_memory) == (
        100,
        50,
        10,
    )
    assert (defaults.optimizer.type, defaults.optimizer.iterations) == ("lbfgsb", 2000)
    assert (defaults.inversion.algorithm, defaults.inversion.iterations) == ("griffin_lim", 500)
    assert (AudioParameters().sample_rate, AudioParameters().normalize) == (16000, "peak")
    assert (SpectrogramParameters().n_fft, SpectrogramParameters().hop_length) == (512, 64)


def test_a_preset_gives_the_weights_that_are_left_out():
    found = {
        name: (parameters.alpha, parameters.beta)
        for name, parameters in {name: from_mapping(Parameters, {"preset": name}) for name in WEIGHTS_BY_KIND}.items()
    }
    assert found["other"] == (Parameters().alpha, Parameters().beta)
    # The paper's advice: rhythmic sounds want a larger α, pitched ones less of both, speech a large α and a small β.
    assert found["rhythmic"][0] > found["other"][0] > found["pitched"][0]
    assert found["speech_music"][0] > found["other"][0]
    assert max(found["pitched"][1], found["speech_music"][1]) < found["other"][1]
    own = from_mapping(Parameters, {"preset": "pitched", "alpha": 3})
    assert (own.alpha, own.beta) == (3, WEIGHTS_BY_KIND["pitched"]["beta"])
    assert from_mapping(Parameters, to_mapping(own)) == own


def test_parameters_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Parameters().alpha = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        Parameters().features.filters = 3


# --- mappings ---


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


def test_a_mapping_is_taken_for_a_section():
    assert Outer(inner={"old": 2}) == Outer(inner=Inner(2))


def test_parameters_that_came_later_do_not_show_at_their_neutral_values():
    assert "start" not in to_mapping(Parameters(start="noise"))
    assert to_mapping(Parameters(start="surrogate"))["start"] == "surrogate"


# --- lags ---


@pytest.mark.parametrize(
    ("minimum", "maximum", "rate", "expected"),
    [
        (0.2, 2.0, 250.0, (50, 500)),
        (0, 0.004, 250.0, (0, 1)),
        (0.2, 2.0, 344.53125, (69, 689)),
        (0.1, 0.3, 10.0, (1, 3)),
    ],
)
def test_lags_in_frames(minimum, maximum, rate, expected):
    assert lag_frames(AutocorrelationParameters(minimum, maximum), rate) == expected


def test_a_range_without_a_lag():
    with pytest.raises(ParameterError, match=r"autocorrelation: no lag between 0\.0 and 0\.001 s at 250 frames/s"):
        lag_frames(AutocorrelationParameters(0.0, 0.001), 250.0)


# --- the shortest recording ---

SHORTEST = {
    "widest kernel": ({"features": {"kernel_widths": [2, 40], "filters": 2}}, 0.1),
    "longest lag": ({"features": {"kernel_widths": [2, 8], "filters": 2}}, 0.1),
    "transform": ({"features": {"kernel_widths": [2], "filters": 2}}, 0.004),
}


def run_chain(samples, parameters):
    """All that a setting computes of a recording."""
    target = Spectrogram(log_spectrogram(samples), 16000, 512, 64)
    synthesis = synthesize_spectrogram(target, parameters, seed=0).spectrogram
    found = invert(synthesis, parameters.inversion, seed=0)
    return score(
        ["autocorrelation", "diversity"],
        target=target,
        synthesis=synthesis,
        target_samples=samples,
        synthesis_samples=found,
        sample_rate=16000,
        autocorrelation=parameters.autocorrelation,
    )


@pytest.mark.parametrize("case", SHORTEST)
@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("padding", ["valid", "circular"])
def test_the_shortest_recording_works_and_a_shorter_one_does_not(case, alpha, padding, tmp_path):
    fields, maximum_lag = SHORTEST[case]
    parameters = from_mapping(
        Parameters,
        {
            "alpha": alpha,
            "features": fields["features"] | {"padding": padding},
            "autocorrelation": {"minimum_lag": 0, "maximum_lag": maximum_lag},
            "optimizer": {"iterations": 1},
            "inversion": {"iterations": 1},
        },
    )
    seconds, reason = minimum_seconds(parameters, AudioParameters(), SpectrogramParameters())
    frames = round(16000 * seconds)
    assert frames == pytest.approx(16000 * seconds, abs=1e-9)
    samples = (0.3 * np.random.default_rng(0).normal(size=frames)).astype(np.float32)

    assert all(math.isfinite(value) for value in run_chain(samples, parameters).values())
    for shorter in (samples[:-1], samples[:-64]):
        with pytest.raises((TextureError, ValueError)):
            run_chain(shorter, parameters)

    write_audio(tmp_path / "a.wav", samples, 16000)
    assert check_recording(tmp_path / "a.wav", AudioParameters(), seconds)["duration"] == seconds
    write_audio(tmp_path / "a.wav", samples[:-1], 16000)
    with pytest.raises(AudioError, match="expected at least"):
        check_recording(tmp_path / "a.wav", AudioParameters(), seconds)
    assert {"widest kernel": "kernel", "longest lag": "lag", "transform": "transform"}[case] in reason


def test_the_papers_setting_needs_two_seconds_and_the_widest_kernel():
    seconds, reason = minimum_seconds(Parameters(), AudioParameters(), SpectrogramParameters())
    # 500 frames of lag, one more to compare, and the 63 that a kernel of 64 takes away.
    assert seconds == pytest.approx((501 + 63 - 1) * 0.004)
    assert "2.0 s" in reason
    assert "64 frames" in reason
    gram = minimum_seconds(Parameters(alpha=0), AudioParameters(), SpectrogramParameters())[0]
    assert gram == pytest.approx(500 * 0.004)
    wide = Parameters(alpha=0, features=FeatureParameters(kernel_widths=(1000,)))
    seconds, reason = minimum_seconds(wide, AudioParameters(), SpectrogramParameters())
    assert seconds == pytest.approx(999 * 0.004)
    assert "1000 frames" in reason
