"""``preset: auto`` in a real run: what it leaves behind, and what reruns with it."""

import json

import h5py
from planning.configuration import load
from planning.jobs import Jobs

from texture_core.command_line import main
from texture_core.parameters.method import AutoParameters
from texture_core.tuning.choice import Candidate, choose_candidate

AUTO = {"alpha": [0, 5], "beta": [1e-4], "filters": 2, "iterations": 2}


TARGETS = [
    "results/my_recordings/full/synthesis/rain.h5",
    "results/my_recordings/chosen/synthesis/rain.h5",
    "results/my_recordings/chosen/choices.tsv",
]
CHOSEN = {"choose: texture rain, setting chosen", "synthesize: texture rain, setting chosen", "choices: setting chosen"}


def configuration(tree, **parameters):
    study = tree.configuration()
    study["settings"] = {"full": study["settings"]["full"], "chosen": {"preset": "auto", "auto": AUTO, **parameters}}
    return study | {"textures": ["rain"]}


def test_a_choice_is_recorded_and_reruns_with_what_it_rests_on(finished, capsys):
    finished.configure(configuration(finished))
    # The run of everything asks for it.
    assert finished.planned() > CHOSEN
    outcome = finished.snakemake(*TARGETS)
    assert outcome.code == 0, outcome.text
    # Other settings stay as they were.
    assert outcome.jobs == CHOSEN

    results = finished.path("results/my_recordings/chosen")
    record = json.loads((results / "choice/rain.json").read_text(encoding="utf-8"))
    chosen, reason = choose_candidate([Candidate(**row) for row in record["candidates"]], AutoParameters(**AUTO))
    assert (record["alpha"], record["beta"], record["reason"]) == (chosen.alpha, chosen.beta, reason)
    assert [row["alpha"] for row in record["candidates"]] == [0, 5]
    table = (results / "choices.tsv").read_text(encoding="utf-8").splitlines()
    assert table[1:] == [f"rain\t{chosen.alpha:g}\t{chosen.beta:g}\t{reason}"]
    with h5py.File(results / "synthesis/rain.h5") as file:
        parameters = json.loads(file.attrs["parameters"])
        assert json.loads(file.attrs["choice"])["candidates"] == record["candidates"]
    assert (parameters["alpha"], parameters["beta"]) == (chosen.alpha, chosen.beta)
    assert main(["inspect", str(results / "synthesis/rain.h5")]) == 0
    text = capsys.readouterr().out
    assert f"  reason: {reason}\n" in text
    assert "    alpha 5, autocorrelation " in text
    assert main(["inspect", str(results / "synthesis/rain.h5"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["choice"]["reason"] == reason

    assert finished.planned(*TARGETS) == set()
    # Beyond the candidates' own, the iterations of the synthesis are no matter of the choice.
    finished.configure(configuration(finished, optimizer={"iterations": 4}))
    assert finished.planned(*TARGETS) == {"synthesize: texture rain, setting chosen"}
    finished.configure(configuration(finished, auto=AUTO | {"alpha": [0, 6]}))
    assert finished.planned(*TARGETS) == CHOSEN


def test_an_edit_of_what_chooses_concerns_the_choice_alone(fresh, monkeypatch):
    monkeypatch.chdir(fresh.root)
    loaded = load(configuration(fresh))

    def digests():
        jobs = Jobs(loaded, fresh.root)
        found = {(script, "chosen"): jobs.code(script, "chosen") for script in ("choose", "synthesize_chosen")}
        return found | {("synthesize", "full"): jobs.code("synthesize", "full"), ("score", ""): jobs.code("score")}

    def changed_by(name):
        before, text = digests(), fresh.read(name)
        fresh.edit(name)
        after = digests()
        fresh.write(name, text)
        return {key for key, digest in after.items() if digest != before[key]}

    choose, chosen, full = ("choose", "chosen"), ("synthesize_chosen", "chosen"), ("synthesize", "full")
    assert changed_by("texture_core/tuning/trials.py") == {choose}
    assert changed_by("texture_core/tuning/choice.py") == {choose, chosen}
    assert changed_by("texture_core/phase/admm.py") == {choose}
    assert changed_by("texture_core/optimizers/conditioned_lbfgs.py") == {choose}
    assert changed_by("texture_core/scores/diversity.py") == {choose, ("score", "")}
    assert changed_by("texture_core/losses/gram.py") == {choose, chosen, full}


def test_what_a_synthesis_ends_with_concerns_those_that_ask_for_it(fresh, monkeypatch):
    monkeypatch.chdir(fresh.root)
    for iterations in (0, 5):
        loaded = load(configuration(fresh, optimizer={"waveform_iterations": iterations}))
        before = Jobs(loaded, fresh.root).code("synthesize_chosen", "chosen")
        text = fresh.read("texture_core/phase/admm.py")
        fresh.edit("texture_core/phase/admm.py")
        assert (Jobs(loaded, fresh.root).code("synthesize_chosen", "chosen") != before) == (iterations > 0)
        fresh.write("texture_core/phase/admm.py", text)
