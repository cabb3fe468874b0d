"""What the scores say, in words: of made-up scores, whose meaning is known."""

import pytest

from texture_core.app.words import in_words

NATURAL = {"mcdermott_snr": 12.0, "autocorrelation_rms_matched": 0.02, "patchwork_share": 0.0}
AS_NEAR = {"mcdermott_snr": 13.0, "autocorrelation_rms_matched": 0.01, "patchwork_share": 0.0, "diversity": 3.0}


def said(natural=NATURAL, **scores):
    return in_words({"scores": AS_NEAR | scores, "natural_variation": natural})


def test_a_texture_that_is_as_near_as_the_recording_itself():
    assert [item["good"] for item in said()] == [True, True, True]
    assert said()[0]["text"] == "Sounds as near to the recording as another stretch of it."
    assert said()[2]["text"] == "Nothing is copied."


@pytest.mark.parametrize(
    ("scores", "place", "good", "words"),
    [
        ({"mcdermott_snr": 9.0}, 0, True, "nearly as near"),
        ({"mcdermott_snr": 5.0}, 0, False, "further"),
        ({"autocorrelation_rms_matched": 0.03}, 1, True, "nearly as near"),
        ({"autocorrelation_rms_matched": 0.2}, 1, False, "further away"),
        ({"diversity": 12.0}, 2, False, "Much of it is the recording"),
        ({"diversity": 40.0}, 2, False, "It is the recording"),
        ({"patchwork_share": 0.1}, 2, True, "A few moments are close to the recording (10%)"),
        ({"patchwork_spectrogram_share": 0.1}, 2, True, "A few moments"),
        ({"patchwork_share": 0.6}, 2, False, "Many moments are copied from the recording (60%)"),
    ],
)
def test_what_is_not_as_near_or_copied_is_said(scores, place, good, words):
    item = said(**scores)[place]
    assert item["good"] == good
    assert words in item["text"]


def test_repetition_that_the_recording_has_itself_is_no_copy():
    assert said(natural=NATURAL | {"patchwork_share": 0.7}, patchwork_share=0.6)[2]["text"] == "Nothing is copied."


def test_a_rhythm_that_differs_inaudibly_is_near_whatever_the_recording_varies():
    assert said(natural=NATURAL | {"autocorrelation_rms_matched": 1e-5}, autocorrelation_rms_matched=0.002)[1]["good"]


def test_of_a_short_recording_only_copies_are_known():
    assert [item["text"] for item in said(natural={})] == ["Nothing is copied."]
