"""The exhibits: what they compute by hand, and that each is drawn from files."""

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
import score_records
import torch

from texture_core import registry
from texture_core.audio.recording import read_audio
from texture_core.errors import ParameterError
from texture_core.exhibits import classifier_by_beta, inverse_sendik
from texture_core.exhibits.study import Study
from texture_core.features.ensemble import Ensemble
from texture_core.losses.diversity import DiversityLoss
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import DiversityParameters, FeatureParameters, Parameters
from texture_core.records.spectrogram_files import write_spectrogram, write_synthesis

FEATURES = FeatureParameters(kernel_widths=(2, 4), filters=8)


def record(texture, setting, texture_class, kl, also_class=""):
    scores = {"yamnet_kl": kl, "autocorrelation": 0.01, "diversity": 2.0}
    return score_records.record(texture, setting, texture_class, also_class, **scores)


def texts(path):
    return [element.text or "" for element in ElementTree.parse(path).iter() if element.tag.endswith("}text")]


TWO = {"low": Parameters(beta=1e-5), "high": Parameters(beta=1e-3)}


def drawn_by_setting(tmp_path, records, titles):
    """The texts of the scores of two settings, drawn."""
    study = Study("A sweep", TWO, titles, records=records)
    registry.load("exhibits", "scores_by_setting").draw(tmp_path / "figure.svg", tmp_path, study)
    return set(texts(tmp_path / "figure.svg"))


def test_the_peak_stands_at_the_planted_shift_and_is_the_diversity_loss(random_spectrogram):
    target = torch.from_numpy(random_spectrogram(200).log_magnitude).double()
    copy, shift = inverse_sendik.plant(target, seed=3)
    assert shift == 80
    values = inverse_sendik.inverse_distances(target, copy, FEATURES, seed=1)
    assert values.shape == (200,)
    assert values.argmax() == shift
    assert values[shift] > 10 * np.delete(values, shift).max()
    features = Ensemble(FEATURES, target.shape[0], 1, dtype=torch.float64)
    loss = DiversityLoss(features(target), 200, DiversityParameters())
    assert values[shift] == pytest.approx(loss(features(copy)).item(), rel=1e-9)


def test_figure_1_is_drawn(random_spectrogram, tmp_path):
    write_spectrogram(tmp_path / "a.h5", random_spectrogram(200))
    study = Study("Figure 1", {"any": Parameters(features=FEATURES)}, {"a": "A $sound"}, {"a": tmp_path / "a.h5"})
    inverse_sendik.draw(tmp_path / "figure.svg", tmp_path, study)
    assert {"A $sound", "planted copy", "shift (s)"} <= set(texts(tmp_path / "figure.svg"))
    name, copy, elsewhere, new = (tmp_path / "peaks.tsv").read_text(encoding="utf-8").splitlines()[1].split("\t")
    assert name == "a"
    assert float(copy) > 10 * max(float(elsewhere), float(new))


def test_classifier_scores_are_means_of_each_class_at_each_beta(tmp_path):
    settings = {
        "gram": Parameters(alpha=0, beta=0),
        "low": Parameters(beta=1e-5),
        "high": Parameters(beta=1e-3),
        "copy": Parameters(method="griffin_lim"),
        "chosen": Parameters(preset="auto"),
    }
    records = [
        record("a", "gram", "rhythmic", 0.5),
        record("a", "copy", "rhythmic", 0.25),
        record("a", "chosen", "rhythmic", 0.125),
        record("a", "low", "rhythmic", 1e-3),
        record("b", "low", "rhythmic", 3e-3, also_class="pitched"),
        record("a", "high", "rhythmic", 5e-3),
        record("b", "high", "rhythmic", None, also_class="pitched"),
    ]
    score, means = classifier_by_beta.curves(records, settings)
    assert score == "yamnet_kl"
    assert means == {
        "rhythmic": [(1e-5, pytest.approx(math.expm1(2e-3))), (1e-3, pytest.approx(math.expm1(5e-3)))],
        "pitched": [(1e-5, pytest.approx(math.expm1(3e-3)))],
    }
    study = Study("Figure 2", settings, {"a": "A", "b": "B"}, records=records)
    classifier_by_beta.draw(tmp_path / "figure.svg", tmp_path, study)
    assert {"1e-05", "0.001", "rhythmic", "pitched"} <= set(texts(tmp_path / "figure.svg"))
    with pytest.raises(ParameterError, match="found neither; add yamnet to scores"):
        classifier_by_beta.curves([record("a", "low", "rhythmic", None)], settings)


def test_scores_are_drawn_by_setting(tmp_path):
    records = [record("a", "low", "rhythmic", 1e-3), record("a", "high", "rhythmic", None)]
    found = drawn_by_setting(tmp_path, records, {"a": "A"})
    assert {"low", "high", "A sweep", "diversity"} <= found


def test_of_many_textures_the_mean_of_each_class_is_drawn(tmp_path):
    records = [
        record(f"t{number}", name, ("rhythmic", "other")[number % 2], 1e-3 * (1 + number))
        for number in range(8)
        for name in TWO
    ]
    names = {f"t{number}": f"T{number}" for number in range(8)}
    found = drawn_by_setting(tmp_path, records, names)
    assert {"low", "high", "rhythmic", "other"} <= found
    assert not found & set(names)


def test_every_class_of_many_is_drawn(tmp_path):
    records = [record(f"t{number}", "one", f"class {number}", 1e-3) for number in range(10)]
    study = Study("A sweep", {"one": Parameters()}, {f"t{number}": "" for number in range(10)}, records=records)
    registry.load("exhibits", "scores_by_setting").draw(tmp_path / "figure.svg", tmp_path, study)
    assert {f"class {number}" for number in range(10)} <= set(texts(tmp_path / "figure.svg"))


def test_without_a_score_nothing_is_drawn(tmp_path):
    entry = record("a", "one", "other", None)
    entry["scores"] = {}
    study = Study("A sweep", {"one": Parameters()}, {"a": "A"}, records=[entry])
    with pytest.raises(ParameterError, match="expected one to draw"):
        registry.load("exhibits", "scores_by_setting").draw(tmp_path / "figure.svg", tmp_path, study)


def test_decibels_are_drawn_on_a_linear_axis_down_to_the_lowest(tmp_path):
    records = [record("a", name, "rhythmic", None) for name in TWO]
    for entry, value in zip(records, (-12.0, 30.0), strict=True):
        entry["scores"] = {"mcdermott_snr": value}
    found = drawn_by_setting(tmp_path, records, {"a": "A"})
    assert {"McDermott SNR", "dB, higher is better", "−10", "30"} <= found


def test_evolution_is_seen_and_heard(random_spectrogram, tmp_path):
    target = random_spectrogram(80)
    parameters = Parameters(
        alpha=0,
        beta=0,
        features=FEATURES,
        optimizer={"iterations": 4},
        inversion={"iterations": 2},
        snapshots=(1, 3),
    )
    synthesis = synthesize_spectrogram(target, parameters, seed=1, device="cpu")
    write_spectrogram(tmp_path / "target.h5", target)
    write_synthesis(tmp_path / "synthesis.h5", synthesis)
    study = Study(
        "Evolution",
        {"gram": parameters},
        {"a": "A sound"},
        {"a": tmp_path / "target.h5"},
        {("gram", "a"): tmp_path / "synthesis.h5"},
    )
    evolution = registry.load("exhibits", "evolution")
    folder = tmp_path / "evolution"
    evolution.draw(tmp_path / "figure.svg", folder, study)
    assert sorted(path.name for path in folder.iterdir()) == [
        "a.gram.after-1.wav",
        "a.gram.after-3.wav",
        "a.gram.last.wav",
        "a.gram.svg",
    ]
    assert {"original", "after 1 iterations", "after 3 iterations", "last, after 4 iterations"} <= set(
        texts(tmp_path / "figure.svg")
    )
    first, last = (read_audio(folder / f"a.gram.{step}.wav")[0] for step in ("after-1", "last"))
    assert np.abs(first - last).max() > 0
    write_synthesis(tmp_path / "synthesis.h5", replace(synthesis, snapshots={}))
    with pytest.raises(ParameterError, match="setting gram: the exhibit evolution needs snapshots"):
        evolution.draw(tmp_path / "figure.svg", folder, study)
