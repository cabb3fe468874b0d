"""Scores of whole collections in the workflow: made where they are asked for, and of no other job's concern."""

import json

import pytest

TABLE = "results/my_recordings/table1.md"
RECORD = "results/my_recordings/{}/collection_scores.json"


def test_one_more_score_reruns_nothing_but_what_collects(finished, tiny, planned_jobs):
    configuration = tiny | {"audio": {"duration": 0.6}, "scores": ["autocorrelation", "diversity", "frechet_yamnet"]}
    finished.configure(configuration)
    assert finished.planned() == planned_jobs(["table", "listening_page"]) | {
        "classifier: fetch YAMNet's weights",
        "collection_score: setting gram",
        "collection_score: setting full",
    }
    # Without a network the others are there all the same, and the table tells why this one is not.
    outcome = finished.snakemake(environment={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""})
    assert outcome.code == 0, outcome.text
    assert "cannot be downloaded" in json.loads(finished.read(RECORD.format("gram")))["missing"]["frechet_yamnet"]
    text = finished.read(TABLE)
    assert "- Fréchet audio distance of YAMNet embeddings: missing, because YAMNet's weights: the package" in text
    assert "## Diversity" in text
    assert finished.planned() == set()


def test_the_distance_stands_in_the_table_and_on_the_page(fresh, tiny):
    tiny |= {"audio": {"duration": 0.6}, "scores": ["frechet_yamnet"], "settings": {"copy": {"method": "griffin_lim"}}}
    fresh.configure(tiny)
    outcome = fresh.snakemake()
    assert outcome.code == 0, outcome.text
    record = json.loads(fresh.read(RECORD.format("copy")))
    if "cannot be downloaded" in record["missing"].get("frechet_yamnet", ""):
        pytest.skip(record["missing"]["frechet_yamnet"])
    # Two textures of one patch each.
    assert record["scores"]["frechet_yamnet"]["all"] == {"value": None, "textures": 2, "points": 2}
    assert set(record["scores"]["frechet_yamnet"]) == {"all", "rhythmic", "other"}
    for name in (TABLE, "results/my_recordings/listening/index.html"):
        assert "all: no value, because 2 points are too few" in fresh.read(name)
