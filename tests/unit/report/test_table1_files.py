"""Table 1 as tab-separated values and as Markdown."""

import math

import pytest
from score_records import RECORDS, collection, markdown_tables, record, write

from texture_core.report.score_rows import write_scores_tsv
from texture_core.report.table1 import table1


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_every_kind_of_missing_value(tmp_path, value):
    rows, markdown = write(tmp_path, [record("a", "gram", "other", diversity=value)])
    assert (rows[0]["mean"], rows[0]["textures"], rows[0]["missing"]) == ("", "0", "1")
    assert ["gram", "– (0 of 1)", "3.5"] in markdown_tables(markdown)["Diversity"]


def test_table1_tsv_holds_the_table(tmp_path):
    rows, _ = write(tmp_path, RECORDS)
    table = table1(RECORDS)
    assert len(rows) == len(table.cells) == 2 * 2 * 3
    for row in rows:
        cell = table.cells[row["score"], row["setting"], row["class"]]
        assert float(row["mean"]) == pytest.approx(cell.mean, rel=1e-5)
        assert (int(row["textures"]), int(row["missing"]), row["paper"]) == (cell.textures, cell.missing, cell.paper)
        assert row["unit"] == {"autocorrelation": "1e-3", "diversity": "1"}[row["score"]]


def test_table1_markdown(tmp_path):
    _, markdown = write(tmp_path, RECORDS)
    assert markdown_tables(markdown)["Autocorrelation (10⁻³)"] == [
        ["setting", "rhythmic (n = 3)", "paper", "pitched (n = 1)", "paper", "other (n = 1)", "paper"],
        [":--", "--:", "--:", "--:", "--:", "--:", "--:"],
        ["gram", "35.0", "29.0", "5.00", "9.7", "1.00", "6.5"],
        ["full", "3.00 (2 of 3)", "–", "4.00", "–", "3.00", "–"],
    ]
    assert "shift" not in markdown


def test_without_a_setting_of_the_paper_there_is_no_paper_column(tmp_path):
    _, markdown = write(tmp_path, [record("rain", "mine", "other", diversity=2.0)])
    assert markdown_tables(markdown)["Diversity"][0] == ["setting", "other (n = 1)"]


def test_left_out_and_missing_scores_are_told(tmp_path):
    _, markdown = write(
        tmp_path,
        RECORDS,
        left_out=[{"texture": "broken_bell", "reason": "the recording is empty:\n0 frames | expected more"}],
        missing_scores={"yamnet_kl": "no checkpoint is configured"},
    )
    assert "- broken_bell: the recording is empty: 0 frames \\| expected more\n" in markdown
    assert "- YAMNet KL (10⁻⁴): missing, because no checkpoint is configured.\n" in markdown


def test_markdown_is_escaped(tmp_path):
    name = "a|b\n*c* <script>_d_ e_f `g` [h](i) \\|"
    _, markdown = write(
        tmp_path, [record("t", name, "x|y", diversity=1.0)], left_out=[{"texture": name, "reason": name}]
    )
    rows = markdown_tables(markdown)["Diversity"]
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[0][1] == r"x\|y (n = 1)"
    escaped = r"a\|b \*c\* &lt;script&gt;\_d\_ e_f \`g\` \[h\](i) \\\|"
    assert f"- {escaped}: {escaped}\n" in markdown
    assert "<script" not in markdown


def test_distances_of_whole_collections_stand_beside_the_means(tmp_path):
    collections = [
        collection("gram", rhythmic=(30.25, 60), all=(12.5, 90)),
        collection("full", all=(8.0, 90), rhythmic=(40.0, 60), pitched=(None, 13)),
    ]
    rows, text = write(tmp_path, RECORDS, collections=collections, settings=["full", "gram"])
    assert markdown_tables(text)["Fréchet audio distance of YAMNet embeddings"] == [
        ["setting", "all (90 points)", "rhythmic (60 points)", "pitched (13 points)"],
        [":--", "--:", "--:", "--:"],
        ["full", "8.00", "40.0", "–"],
        ["gram", "12.5", "30.2", "–"],
    ]
    assert "pitched: no value, because 13 points are too few." in text
    values = {(row["setting"], row["class"]): row["mean"] for row in rows if row["score"] == "frechet_yamnet"}
    assert values["gram", "all"] == "12.5"
    assert values["full", "pitched"] == ""
    assert "Fréchet" not in write(tmp_path, RECORDS)[1]


def test_distances_of_unequally_many_points_are_not_shown_side_by_side(tmp_path):
    collections = [collection("gram", all=(12.5, 90)), collection("full", all=(8.0, 88))]
    rows, text = write(tmp_path, RECORDS, collections=collections)
    assert {row["mean"] for row in rows if row["score"] == "frechet_yamnet"} == {""}
    assert "all: no value, because the settings have 88 to 90 points, and only values of equally many" in text
    # As natural variation is, whose sounds are half as long.
    collections += [collection("half", all=(3.0, 88))]
    rows, text = write(tmp_path, RECORDS, collections=collections, settings=["full", "gram", "half"])
    values = {row["setting"]: row["mean"] for row in rows if row["score"] == "frechet_yamnet"}
    assert values == {"full": "8", "gram": "", "half": "3"}
    assert "all: only of settings with 88 points, because only values of equally many can be compared." in text


def test_no_records(tmp_path):
    rows, markdown = write(tmp_path, [], left_out=[{"texture": "rain", "reason": "silent"}])
    assert rows == []
    assert "There are no scores." in markdown
    assert "- rain: silent" in markdown
    write_scores_tsv(tmp_path / "scores.tsv", [])
    assert (tmp_path / "scores.tsv").read_text() == "texture\tsetting\tclass\talso_class\n"
