"""Pictures of the worst textures."""

import re

import numpy as np
import pytest
from test_study import SETTINGS, study_records

from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram
from texture_core.report import worst
from texture_core.report.score_rows import write_scores_tsv


@pytest.fixture
def results(tmp_path):
    write_scores_tsv(tmp_path / "scores.tsv", study_records(), settings=SETTINGS)
    generator = np.random.default_rng(0)
    for number in (4, 17):
        for kind in ("spectrogram", "gram/synthesis", "gram_autocorrelation/synthesis", "quick/synthesis"):
            path = tmp_path / kind / f"texture_{number}.h5"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_spectrogram(path, Spectrogram(generator.random((257, 300), np.float32), 16000, 512, 64))
    return tmp_path


def test_the_worst_textures_are_drawn_beside_their_recordings(results):
    output = results / "worst.svg"
    worst.main([str(results), "-o", str(output), "--count", "2"])
    text = output.read_text(encoding="utf-8")
    assert len(re.findall("<image", text)) == 2 * 4
    for label in ("recording", "gram", "gram_autocorrelation", "quick", ">4<", ">17<"):
        assert label in text
    again = results / "again.svg"
    worst.main([str(results), "-o", str(again), "--count", "2"])
    assert again.read_bytes() == output.read_bytes()


def test_a_missing_spectrogram_and_a_study_that_has_only_begun_are_named(results):
    (results / "quick/synthesis/texture_17.h5").unlink()
    with pytest.raises(SystemExit, match=r"quick/synthesis/texture_17\.h5"):
        worst.main([str(results), "-o", str(results / "worst.svg"), "--count", "2"])
    write_scores_tsv(results / "scores.tsv", study_records()[:1], settings=SETTINGS[:1])
    with pytest.raises(SystemExit, match="finish the study"):
        worst.main([str(results), "-o", str(results / "worst.svg")])
