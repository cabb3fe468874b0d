"""Every range with its key, descriptions and defaults."""

import dataclasses
import math
import re

import pytest

from texture_core.errors import ParameterError
from texture_core.parameters.lags import lag_frames
from texture_core.parameters.mapping import from_mapping, to_mapping
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
    (OptimizerParameters, "first_alpha", [*NO_NUMBER, -1, 1.0], [0, 0.0]),
    (OptimizerParameters, "tolerance_change", [*NO_NUMBER, -1e-9], [0, 0.0, 0.01]),
    (OptimizerParameters, "tolerance_grad", [*NO_NUMBER, -1e-9], [0, 0.0, 1e-7]),
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
