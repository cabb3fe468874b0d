"""Parameters of jobs: what each depends on."""

import copy

from configurations import CHECKOUT, MINIMAL, with_setting
from planning.configuration import load
from planning.jobs import Jobs, plain


def jobs_of(configuration):
    return Jobs(load(configuration, checkout=CHECKOUT), CHECKOUT)


def test_a_choice_depends_on_the_candidates_and_the_synthesis_on_the_rest(here):
    def jobs(**parameters):
        made = jobs_of(with_setting(preset="auto", **parameters))
        return made.choice("mine"), made.synthesis("mine")

    choice, synthesis = jobs()
    assert not {"alpha", "beta", "auto"} & set(synthesis)
    assert choice["auto"]["beta"] == [1e-5, 1e-3]
    assert "alpha" not in choice
    for parameters in ({"optimizer": {"iterations": 900}}, {"start": "surrogate"}, {"features": {"filters": 300}}):
        assert jobs(**parameters)[0] == choice
        assert jobs(**parameters)[1] != synthesis
    for parameters in ({"auto": {"alpha": [2, 3]}}, {"auto": {"tolerance": 2}}, {"auto": {"filters": 9}}):
        assert jobs(**parameters)[0] != choice
        assert jobs(**parameters)[1] == synthesis
    # Without it nothing is in the way of what was there before.
    plain_jobs = jobs_of(with_setting(auto={"alpha": [2, 3]}))
    assert plain_jobs.synthesis("mine") == jobs_of(with_setting()).synthesis("mine")
    assert not plain_jobs.needs_choice("mine")


def test_equal_parameters_print_alike(here):
    one = {
        "settings": {"mine": {"alpha": 1000, "beta": 1e-4, "features": {"options": {"b": 1, "a": [2.0]}, "filters": 4}}}
    }
    other = copy.deepcopy(one)
    other["settings"]["mine"] = {
        "features": {"filters": 4, "options": {"a": [2], "b": 1.0}},
        "beta": 0.0001,
        "alpha": 1000.0,
        "optimizer": {"type": "lbfgsb"},
    }
    for stage in ("synthesis", "inversion", "scores"):
        assert repr(getattr(jobs_of(one), stage)("mine")) == repr(getattr(jobs_of(other), stage)("mine"))


def test_each_stage_gets_its_own_parameters_only(here):
    jobs = jobs_of(MINIMAL)
    assert "inversion" not in jobs.synthesis("gram")
    assert set(jobs.inversion("gram")) == {"algorithm", "iterations", "match_rms"}
    assert set(jobs.scores("gram")) == {"names", "autocorrelation"}
    assert set(jobs.spectrogram()) == {"n_fft", "hop_length", "window"}


def test_plain_values_keep_their_numbers():
    assert repr(plain({"b": (1.0, 2.5), "a": {"d": True, "c": None}})) == "{'a': {'c': None, 'd': True}, 'b': [1, 2.5]}"
