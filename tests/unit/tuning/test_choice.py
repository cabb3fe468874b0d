"""The preset ``auto``: its rule on scores made by hand, its candidates, and real choices on small material."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scored import spectrogram_of

import texture_core as tc
from texture_core.errors import OptimizationError, ParameterError
from texture_core.parameters.mapping import from_mapping, to_mapping
from texture_core.parameters.method import AutoParameters, Parameters
from texture_core.parameters.presets import fit_to_duration, fix_weight, preset_parameters
from texture_core.texture.plan import choose_for_plan, plan_texture
from texture_core.tuning.choice import (
    Candidate,
    candidate_parameters,
    candidate_weights,
    choice_record,
    choose_candidate,
    needs_choice,
    with_weights,
    write_choices,
)
from texture_core.tuning.trials import choose_weights, planned_candidate_iterations

AUTO = AutoParameters(maximum_diversity=10, tolerance=1.5, minimum_autocorrelation=0.005)


def candidate(alpha, beta=1e-4, *, autocorrelation=0.1, diversity=3.0, gram=0.01):
    return Candidate(alpha, beta, autocorrelation, diversity, gram)


# --- the rule ---

RULES = {
    "the lowest Gram loss where rhythm does not tell": (
        [candidate(1, gram=0.02), candidate(10, gram=0.01), candidate(100, gram=0.03)],
        10,
    ),
    "no lower Gram loss makes up for a lost rhythm": (
        [candidate(1, autocorrelation=0.1, gram=0.001), candidate(1000, autocorrelation=0.02, gram=0.05)],
        1000,
    ),
    "up to the tolerance, the boundary included": (
        [candidate(1, autocorrelation=0.3, gram=0.01), candidate(10, autocorrelation=0.2, gram=0.02)],
        1,
    ),
    "above the tolerance": (
        [candidate(1, autocorrelation=0.301, gram=0.01), candidate(10, autocorrelation=0.2, gram=0.02)],
        10,
    ),
    "differences that are not heard": (
        [candidate(1, autocorrelation=0.005, gram=0.01), candidate(10, autocorrelation=0.0001, gram=0.02)],
        1,
    ),
    "a copy is never chosen for its scores": (
        [candidate(1, autocorrelation=0.001, diversity=10.1, gram=0.0), candidate(10)],
        10,
    ),
    "nor does it say how good a rhythm can be": (
        [
            candidate(1, autocorrelation=0.01, diversity=30),
            candidate(10, autocorrelation=0.1, gram=0.01),
            candidate(100, autocorrelation=0.08, gram=0.02),
        ],
        10,
    ),
    "at the threshold it is none": ([candidate(1, diversity=10.0, gram=0.001), candidate(10)], 1),
    "of copies alone the one that is least so": (
        [candidate(1, diversity=50, gram=0.0), candidate(10, diversity=20, gram=0.9), candidate(100, diversity=30)],
        10,
    ),
    "equal scores: the smaller α": ([candidate(100), candidate(1), candidate(10)], 1),
    "equal copies: the smaller α": ([candidate(100, diversity=11), candidate(1, diversity=11)], 1),
    "one candidate": ([candidate(7)], 7),
    "one candidate, a copy": ([candidate(7, diversity=1e6)], 7),
}


@pytest.mark.parametrize(("candidates", "expected"), RULES.values(), ids=RULES)
def test_the_rule(candidates, expected):
    for order in itertools.permutations(candidates):
        assert choose_candidate(order, AUTO)[0].alpha == expected


def test_equal_scores_take_the_smaller_beta():
    assert choose_candidate([candidate(1, 1e-3), candidate(1, 1e-5)], AUTO)[0].beta == 1e-5
    # α comes first.
    assert choose_candidate([candidate(10, 1e-5), candidate(1, 1e-3)], AUTO)[0].alpha == 1


@pytest.mark.parametrize("score", ["autocorrelation", "diversity", "gram"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_candidate_without_scores_is_left_out(score, value):
    failed = candidate(1, autocorrelation=0.0, diversity=0.0, gram=0.0)
    failed = replace(failed, **{score: value})
    chosen, reason = choose_candidate([failed, candidate(10)], AUTO)
    assert chosen.alpha == 10
    assert reason.startswith("1 of 2 candidates have scores; ")
    with pytest.raises(OptimizationError, match="one of 1 candidates at least, found none that is finite; set alpha"):
        choose_candidate([failed], AUTO)


def test_the_thresholds_are_parameters():
    candidates = [
        candidate(1, autocorrelation=0.3, diversity=4, gram=0.01),
        candidate(10, autocorrelation=0.1, diversity=3, gram=0.02),
    ]
    assert choose_candidate(candidates, AUTO)[0].alpha == 10
    assert choose_candidate(candidates, replace(AUTO, tolerance=3.1))[0].alpha == 1
    assert choose_candidate(candidates, replace(AUTO, minimum_autocorrelation=0.3))[0].alpha == 1
    assert choose_candidate(candidates, replace(AUTO, tolerance=3.1, maximum_diversity=3.5))[0].alpha == 10


def test_the_record_tells_the_rule_the_reason_and_all_scores(tmp_path):
    candidates = [candidate(1, diversity=12), candidate(10, autocorrelation=0.02), candidate(100, gram=math.nan)]
    record = choice_record(candidates, AUTO)
    assert (record["alpha"], record["beta"]) == (10, 1e-4)
    assert record["reason"] == (
        "2 of 3 candidates have scores; 1 of 2 are no copies (diversity at most 10); 1 of these keep the rhythm "
        "(autocorrelation at most 0.03, best 0.02); of these the lowest Gram loss, 0.01"
    )
    assert [row["alpha"] for row in record["candidates"]] == [1, 10, 100]
    assert record["candidates"][2]["gram"] is None
    copies = choice_record(candidates[:1], AUTO)
    assert copies["reason"] == "all are copies (diversity above 10); the lowest diversity, 12"
    write_choices(tmp_path / "a.tsv", [record | {"texture": "rain"}])
    assert (tmp_path / "a.tsv").read_text(encoding="utf-8") == (
        f"texture\talpha\tbeta\treason\nrain\t10\t0.0001\t{record['reason']}\n"
    )


# --- the parameters ---


def test_auto_is_left_out_of_mappings_where_it_takes_no_part():
    assert "auto" not in to_mapping(Parameters())
    assert Parameters(auto=AutoParameters(alpha=(1.0,))) == Parameters()
    chosen = Parameters(preset="auto", auto=AutoParameters(alpha=[100, 1, 1], beta=(0,)))
    assert chosen.auto.alpha == (1.0, 100.0)
    # So much the recording must be long enough for.
    assert (chosen.alpha, chosen.beta) == (100, 0)
    assert from_mapping(Parameters, to_mapping(chosen)) == chosen


def test_a_single_candidate_is_no_choice():
    one = Parameters(preset="auto", auto=AutoParameters(alpha=(3.0,), beta=(1e-5,)))
    assert one == Parameters(alpha=3.0, beta=1e-5)
    assert not needs_choice(one)
    assert needs_choice(Parameters(preset="auto"))
    # A baseline has no weights.
    assert not needs_choice(Parameters(preset="auto", method="griffin_lim"))


def test_candidates_cost_less_than_the_setting_and_depend_on_little_of_it():
    setting = Parameters(preset="auto")
    shared = candidate_parameters(setting)
    assert (shared.features.filters, shared.optimizer.iterations) == (setting.auto.filters, setting.auto.iterations)
    assert shared.diversity.iterations == setting.auto.iterations // 2
    assert candidate_parameters(shared) == shared
    for other in (
        replace(setting, optimizer={"iterations": 777, "history": 3}),
        replace(setting, start="surrogate", snapshots=(3,)),
        replace(setting, features=replace(setting.features, filters=511)),
    ):
        assert candidate_parameters(other) == shared
    small = replace(setting, features={"filters": 3}, optimizer={"iterations": 5})
    shared = candidate_parameters(small)
    assert (shared.features.filters, shared.optimizer.iterations, shared.diversity.iterations) == (3, 5, 2)
    assert planned_candidate_iterations(small) == 5 * len(candidate_weights(small))


def test_weights_that_are_given_are_not_chosen():
    auto = preset_parameters("auto")
    assert auto.preset == "auto"
    default = preset_parameters("default")
    assert with_weights(auto, default.alpha, default.beta) == default
    fixed = fix_weight(auto, "alpha", default.alpha)
    assert {alpha for alpha, _ in candidate_weights(fixed)} == {default.alpha}
    assert {beta for _, beta in candidate_weights(fixed)} == set(auto.auto.beta)
    assert fix_weight(fixed, "beta", default.beta) == default
    assert fix_weight(Parameters(), "alpha", 3.0) == Parameters(alpha=3.0)
    # Too short for any lag: β alone is chosen.
    short = fit_to_duration(auto, 0.3)
    assert {alpha for alpha, _ in candidate_weights(short)} == {0.0}
    assert short.preset == "auto"


# --- real choices ---


def tiny(**auto):
    return Parameters(
        preset="auto",
        features={"filters": 4, "kernel_widths": (2, 8)},
        autocorrelation={"minimum_lag": 0.05, "maximum_lag": 0.3},
        optimizer={"type": "projected_lbfgs", "iterations": 4},
        auto={"alpha": (0.0, 10.0), "beta": (1e-4,)} | auto,
    )


@pytest.fixture(scope="module")
def rain():
    samples = tc.prepare_audio(tc.demo_texture("rain", duration=1.0), 16000)
    return spectrogram_of(samples), samples


def test_a_choice_is_of_the_scores_of_its_candidates(rain, device):
    target, samples = rain
    parameters, seen = tiny(), []
    record = choose_weights(
        target, samples, parameters, seed=3, device=device, progress=lambda iteration, terms: seen.append(iteration)
    )
    assert seen == list(range(1, planned_candidate_iterations(parameters) + 1))
    assert [(row["alpha"], row["beta"]) for row in record["candidates"]] == candidate_weights(parameters)
    assert all(math.isfinite(value) for row in record["candidates"] for value in row.values())
    assert len({row["gram"] for row in record["candidates"]}) == 2
    again = choose_candidate([Candidate(**row) for row in record["candidates"]], parameters.auto)
    assert (again[0].alpha, again[0].beta, again[1]) == (record["alpha"], record["beta"], record["reason"])
    if device == "cpu":
        assert choose_weights(target, samples, parameters, seed=3, device=device) == record
        assert choose_weights(target, samples, parameters, seed=4, device=device) != record


def test_candidates_that_fail_are_recorded_without_scores(rain, monkeypatch):
    target, samples = rain

    def fail(target, parameters, **options):
        if parameters.alpha > 0:
            raise OptimizationError("iteration 1: the gram term is nan")
        return synthesize(target, parameters, **options)

    synthesize = tc.synthesize_spectrogram
    monkeypatch.setattr("texture_core.tuning.trials.synthesize_spectrogram", fail)
    record = choose_weights(target, samples, tiny(), seed=0, device="cpu")
    assert record["alpha"] == 0
    assert record["candidates"][1] == {
        "alpha": 10.0,
        "beta": 1e-4,
        "autocorrelation": None,
        "diversity": None,
        "gram": None,
    }
    with pytest.raises(OptimizationError, match="texture drops: preset auto: expected scores of one of 2 candidates"):
        choose_weights(target, samples, tiny(alpha=(1.0, 2.0)), seed=0, texture="drops", device="cpu")


def test_a_long_recording_is_chosen_for_by_its_start(rain, monkeypatch):
    monkeypatch.setattr("texture_core.tuning.trials._LONGEST_SECONDS", 0.9)
    target, samples = rain
    frames = round(0.9 * 16000 / 64) + 1
    start = replace(target, log_magnitude=target.log_magnitude[:, :frames])
    expected = choose_weights(start, samples[: (frames - 1) * 64], tiny(), seed=0, device="cpu")
    assert choose_weights(target, samples, tiny(), seed=0, device="cpu") == expected


def test_the_library_chooses_before_it_synthesises():
    recording = tc.demo_texture("rain", duration=1.0)
    plan = plan_texture(recording, 16000, parameters=tiny())
    chosen, record = choose_for_plan(plan, seed=3, device="cpu")
    assert chosen.parameters == with_weights(tiny(), record["alpha"], record["beta"])
    assert choose_for_plan(chosen, seed=3, device="cpu") == (chosen, None)
    found = tc.synthesize(recording, 16000, parameters=tiny(), seed=3, device="cpu")
    np.testing.assert_array_equal(
        found, tc.synthesize(recording, 16000, parameters=chosen.parameters, seed=3, device="cpu")
    )


def test_a_recording_that_is_too_short_for_the_parameters_is_told_of(rain):
    target, samples = rain
    parameters = replace(tiny(), autocorrelation={"minimum_lag": 0.2, "maximum_lag": 2.0})
    with pytest.raises(ParameterError, match="a feature map has only 251; use a longer clip"):
        choose_weights(target, samples, parameters, seed=0, device="cpu")
