"""Scores of whole collections: who counts in which group, and the distance by its definition."""

import numpy as np
import pytest
import soundfile
from yamnet_weights import yamnet_file

from texture_core.classifiers.frechet import frechet_distance
from texture_core.classifiers.yamnet import load_yamnet
from texture_core.demo import demo_texture
from texture_core.errors import ClassifierError, ParameterError
from texture_core.scores.compute import CollectionInput, Pair, score, score_collection

# Eighteen patches each.
SECONDS = 9.0
TEXTURES = {"tapping": ("rhythmic",), "crickets": ("rhythmic", "other"), "rain": ("other",)}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Files of two takes of each texture."""
    folder = tmp_path_factory.mktemp("sounds")
    for texture in TEXTURES:
        for seed in (0, 1):
            soundfile.write(
                folder / f"{texture}.{seed}.wav",
                demo_texture(texture, seed=seed, duration=SECONDS),
                16000,
                subtype="FLOAT",
            )
    return folder


def pairs(folder, seeds=(0, 1)):
    return [
        Pair(name, classes, *(folder / f"{name}.{seed}.wav" for seed in seeds)) for name, classes in TEXTURES.items()
    ]


def distances(folder, seeds):
    found = score_collection(["frechet_yamnet"], pairs=pairs(folder, seeds), classifiers={"yamnet": yamnet_file()})
    return found["frechet_yamnet"]


def test_groups_are_all_and_each_class(sounds):
    assert CollectionInput(pairs(sounds)).groups() == {"all": [0, 1, 2], "rhythmic": [0, 1], "other": [1, 2]}


def test_the_distance_is_that_of_all_patches_of_either_side(sounds):
    predict = load_yamnet(yamnet_file()).predict
    embeddings = {
        seed: np.concatenate(
            [predict(soundfile.read(sounds / f"{name}.{seed}.wav")[0]).embeddings for name in TEXTURES]
        )
        for seed in (0, 1)
    }
    found = distances(sounds, (0, 1))
    assert set(found) == {"all", "rhythmic", "other"}
    assert found["all"] == {
        "value": pytest.approx(frechet_distance(embeddings[0], embeddings[1]), rel=1e-6),
        "textures": 3,
        "points": 54,
    }
    # Too few to tell.
    assert found["rhythmic"] == {"value": None, "textures": 2, "points": 36}


def test_a_collection_has_no_distance_from_itself_and_less_from_another_take_than_from_other_sounds(sounds):
    same, take = (distances(sounds, seeds)["all"]["value"] for seeds in ((0, 0), (0, 1)))
    assert same == pytest.approx(0, abs=1e-6)
    (sounds / "noise.wav").unlink(missing_ok=True)
    noise = np.random.default_rng(0).standard_normal(round(SECONDS * 16000))
    soundfile.write(sounds / "noise.wav", 0.1 * noise, 16000, subtype="FLOAT")
    strange = [Pair(pair.texture, pair.classes, pair.target, sounds / "noise.wav") for pair in pairs(sounds)]
    found = score_collection(["frechet_yamnet"], pairs=strange, classifiers={"yamnet": yamnet_file()})
    assert 0 < take < 0.5 * found["frechet_yamnet"]["all"]["value"]


def test_without_its_classifier_it_is_left_out_with_the_reason(sounds):
    missing = {}
    assert score_collection(["frechet_yamnet"], missing=missing, pairs=pairs(sounds)) == {}
    assert "classifiers.yamnet: no file was given" in missing["frechet_yamnet"]
    with pytest.raises(ClassifierError, match="no network"):
        score_collection(["frechet_yamnet"], pairs=pairs(sounds), classifiers={"yamnet": ClassifierError("no network")})


def test_a_score_of_the_other_kind_is_refused(sounds):
    with pytest.raises(ParameterError, match=r"has compute_collection \(frechet_yamnet\), found 'diversity'"):
        score_collection(["diversity"], pairs=pairs(sounds))
    samples = np.zeros(16000, np.float32)
    with pytest.raises(ParameterError, match="found 'frechet_yamnet'; choose another"):
        score(
            ["frechet_yamnet"],
            target=None,
            synthesis=None,
            target_samples=samples,
            synthesis_samples=samples,
            sample_rate=16000,
        )
