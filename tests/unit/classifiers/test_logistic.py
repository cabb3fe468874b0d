"""The logistic regressions find what was planted in the records that they are trained on."""

import sys

import numpy as np
import pytest
from embedding_files import sequence_example, write_records

from texture_core.classifiers import train_head as command
from texture_core.classifiers.audioset import Examples, read_examples
from texture_core.classifiers.logistic import LogisticHead, evaluate_head, read_head, train_head, write_head
from texture_core.errors import ClassifierError, ParameterError
from texture_core.runtime.randomness import numpy_generator

CLASSES = 4


def planted_directions():
    directions = numpy_generator(0, "directions").standard_normal((CLASSES, 128))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def write_planted(path, clips, label):
    """Clips of one embedding; a class is present where the embedding lies on its direction's side of a threshold."""
    embeddings = numpy_generator(0, label).integers(0, 256, (clips, 128), dtype=np.uint8)
    present = (embeddings * (4 / 255) - 2) @ planted_directions().T > 0.5
    records = [sequence_example(f"clip{i}", np.flatnonzero(present[i]), embeddings[i : i + 1]) for i in range(clips)]
    write_records(path, records)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    write_planted(folder / "train.tfrecord", 3000, "train")
    write_planted(folder / "test.tfrecord", 500, "test")
    return folder


def test_trainer_recovers_planted_classes(folder):
    head = train_head(
        read_examples([folder / "train.tfrecord"], CLASSES), steps=1500, batch_size=256, learning_rate=0.5, device="cpu"
    )
    cosines = (head.weight * planted_directions()).sum(axis=1) / np.linalg.norm(head.weight, axis=1)
    assert cosines.min() > 0.97
    # The planted threshold lies at a logit of 0.
    np.testing.assert_allclose(-head.bias / np.linalg.norm(head.weight, axis=1), 0.5, atol=0.1)
    figures = evaluate_head(head, read_examples([folder / "test.tfrecord"], CLASSES))
    assert figures["accuracy"] > 0.95
    assert figures["cross_entropy"] < 0.15


def test_class_without_a_cue_is_given_its_frequency(folder):
    examples = read_examples([folder / "train.tfrecord"], CLASSES)
    blind = Examples(np.full_like(examples.embeddings, 127), examples.clips, examples.labels)
    head = train_head(blind, steps=400, batch_size=1000, device="cpu")
    probabilities = head.probabilities(np.full((1, 128), 127 * 4 / 255 - 2))[0]
    np.testing.assert_allclose(probabilities, examples.labels.mean(axis=0), atol=0.02)


def test_same_seed_same_bytes_and_another_seed_others(folder):
    examples = read_examples([folder / "test.tfrecord"], CLASSES)
    first, second, other = (
        train_head(examples, steps=20, batch_size=64, seed=seed, device="cpu") for seed in (1, 1, 2)
    )
    assert first.weight.tobytes() == second.weight.tobytes()
    assert first.weight.tobytes() != other.weight.tobytes()


def test_first_step_is_the_gradient_of_the_cross_entropy(device):
    embeddings = np.array([[0] * 128, [255] * 128], dtype=np.uint8)
    examples = Examples(embeddings[1:], np.array([0]), np.array([[True, False]]))
    head = train_head(examples, steps=1, learning_rate=0.1, batch_size=8, device=device)
    # All draws are the same example, x = 2, where sigmoid(0) - y is -1/2 and 1/2.
    np.testing.assert_allclose(head.weight, [[0.1] * 128, [-0.1] * 128], rtol=1e-6)
    np.testing.assert_allclose(head.bias, [0.05, -0.05], rtol=1e-6)


def test_evaluation_of_a_head_that_knows_nothing():
    examples = Examples(np.zeros((4, 128), np.uint8), np.arange(4), np.array([[True], [False], [False], [False]]))
    figures = evaluate_head(LogisticHead(np.zeros((1, 128)), np.zeros(1)), examples)
    assert figures == {"accuracy": 0.75, "cross_entropy": pytest.approx(np.log(2))}


def test_head_file_round_trip_and_its_errors(tmp_path):
    head = LogisticHead(np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(2, np.float32))
    write_head(tmp_path / "head.h5", head, {"steps": 1})
    loaded = read_head(tmp_path / "head.h5")
    np.testing.assert_array_equal(loaded.weight, head.weight)
    np.testing.assert_array_equal(loaded.bias, head.bias)
    (tmp_path / "short.h5").write_bytes((tmp_path / "head.h5").read_bytes()[:500])
    for name in ("short.h5", "absent.h5"):
        with pytest.raises(ClassifierError, match=rf"{name}: not a file of logistic regressions"):
            read_head(tmp_path / name)
    write_head(tmp_path / "odd.h5", LogisticHead(head.weight, np.ones(3, np.float32)))
    with pytest.raises(ClassifierError, match=r"weight \(2, 3\) and bias \(3,\)"):
        read_head(tmp_path / "odd.h5")


def test_numbers_out_of_range_are_refused(folder):
    with pytest.raises(ParameterError, match="batch_size: expected a number above 0, found 0"):
        train_head(read_examples([folder / "test.tfrecord"]), batch_size=0)


def run_command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["train_head", *map(str, arguments)])
    return command.main()


def test_command_trains_evaluates_and_stores(folder, tmp_path, monkeypatch, capsys):
    output = tmp_path / "head.h5"
    options = ["--evaluation", folder / "test.tfrecord", "--output", output, "--steps", 5, "--device", "cpu"]
    assert run_command(monkeypatch, folder / "train.tfrecord", *options) == 0
    assert read_head(output).weight.shape == (527, 128)
    printed = capsys.readouterr().out
    assert "3000 clips with 3000 embeddings" in printed
    assert "(paper 0.9942)" in printed


def test_command_explains_a_file_that_is_cut_short(folder, tmp_path, monkeypatch, capsys):
    short = tmp_path / "short.tfrecord"
    short.write_bytes((folder / "test.tfrecord").read_bytes()[:-1])
    assert run_command(monkeypatch, short, "--output", tmp_path / "head.h5") == 1
    assert "short.tfrecord: record 500 is cut short" in capsys.readouterr().err
    assert not (tmp_path / "head.h5").exists()
