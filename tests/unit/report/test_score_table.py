"""A study's table of scores, read back."""

import numpy as np
import pytest
from score_records import RECORDS

from texture_core.errors import StorageError
from texture_core.report.score_rows import write_scores_tsv
from texture_core.report.score_table import MissingScores, ScoreTable, read_score_table


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, RECORDS)
    return ScoreTable(read_score_table(path))


def test_what_is_in_the_table(table):
    assert table.settings == ("gram", "full")
    assert set(table.textures) == {"taps", "clock", "bells", "rain"}
    assert table.scores == ("autocorrelation", "diversity", "diversity_shift")
    assert table.classes("bells") == {"pitched", "rhythmic"}


def test_settings_are_compared_on_common_textures(table):
    common = table.common("autocorrelation", ("gram", "full"), "rhythmic")
    assert sorted(common) == ["bells", "taps"]
    np.testing.assert_array_equal(table.values("autocorrelation", "gram", ("taps", "bells")), [0.08, 0.005])
    assert table.means("diversity", ("gram",), ("taps", "rain")) == {"gram": 1.75}


def test_no_common_texture_is_said(table):
    with pytest.raises(MissingScores, match="no other texture has patchwork_share in gram"):
        table.common("patchwork_share", ("gram",), "other")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read as a table of scores"),
        ("a\tb\n1\t2\n", "line 2: expected the columns texture, setting, class"),
        ("texture\tsetting\tclass\talso_class\tdiversity\nx\tgram\tother\t\tmany\n", "expected a number in column div"),
    ],
)
def test_a_file_that_is_no_table_of_scores(content, message, tmp_path):
    path = tmp_path / "scores.tsv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StorageError, match=message):
        read_score_table(path)
