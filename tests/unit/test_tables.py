"""Means by hand, the paper's figures to the letter, and nothing missing in silence."""

import csv
import math
import re
import tomllib
from pathlib import Path

import pytest

import texture_core
from texture_core.errors import StorageError
from texture_core.report import tables
from texture_core.report.tables import (
    format_number,
    higher_is_better,
    paper_table,
    score_heading,
    score_names,
    score_rows,
    score_text,
    score_unit,
    setting_names,
    table1,
    write_scores_tsv,
    write_table1,
)


def record(texture, setting, texture_class, also_class="", **scores):
    return {
        "texture": texture,
        "setting": setting,
        "class": texture_class,
        "also_class": also_class,
        "title": texture.title(),
        "scores": scores,
    }


RECORDS = [
    record("taps", "gram", "rhythmic", autocorrelation=0.080, diversity=2.0, diversity_shift=17),
    record("clock", "gram", "rhythmic", autocorrelation=0.020, diversity=3.0, diversity_shift=40),
    record("bells", "gram", "pitched", "rhythmic", autocorrelation=0.005, diversity=4.0, diversity_shift=2),
    record("rain", "gram", "other", autocorrelation=0.001, diversity=1.5, diversity_shift=0),
    record("taps", "full", "rhythmic", autocorrelation=0.002, diversity=5.0, diversity_shift=1),
    record("clock", "full", "rhythmic", autocorrelation=None, diversity=math.nan, diversity_shift=3),
    record("bells", "full", "pitched", "rhythmic", autocorrelation=0.004, diversity=6.0, diversity_shift=2),
    record("rain", "full", "other", autocorrelation=0.003, diversity=7.0),
]


def read_tsv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write(tmp_path, records, **options):
    write_table1(tmp_path / "table1.tsv", tmp_path / "table1.md", records, **options)
    return read_tsv(tmp_path / "table1.tsv"), (tmp_path / "table1.md").read_text(encoding="utf-8")


def markdown_tables(text):
    """Heading to rows of cells, split as a Markdown reader splits them."""
    found = {}
    heading = None
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found.setdefault(heading, []).append(cells)
    return found


def test_means_by_hand():
    cells = table1(RECORDS).cells
    # gram, rhythmic: taps, clock and bells, (80 + 20 + 5) / 3
    assert cells["autocorrelation", "gram", "rhythmic"].mean == pytest.approx(35.0)
    assert cells["autocorrelation", "gram", "pitched"].mean == pytest.approx(5.0)
    assert cells["autocorrelation", "gram", "other"].mean == pytest.approx(1.0)
    assert cells["diversity", "gram", "rhythmic"].mean == pytest.approx(3.0)
    assert [cells["diversity", "gram", name].textures for name in ("rhythmic", "pitched", "other")] == [3, 1, 1]


def test_a_texture_of_two_classes_counts_in_both_unless_told_otherwise():
    both = table1(RECORDS)
    first = table1(RECORDS, count_both_classes=False)
    assert both.classes == {"rhythmic": 3, "pitched": 1, "other": 1}
    assert first.classes == {"rhythmic": 2, "pitched": 1, "other": 1}
    assert first.cells["autocorrelation", "gram", "rhythmic"].mean == pytest.approx(50.0)
    assert "Of two classes, and counted in both: bells." in both.notes
    assert "Of two classes, and counted in the first alone: bells." in first.notes


def test_missing_values_are_left_out_of_the_mean_and_counted():
    table = table1(RECORDS)
    cell = table.cells["autocorrelation", "full", "rhythmic"]
    assert cell.mean == pytest.approx(3.0)  # taps and bells
    assert (cell.textures, cell.missing) == (2, 1)
    assert table.cells["diversity", "full", "rhythmic"].mean == pytest.approx(5.5)
    notes = [note for note in table.notes if "no value" in note]
    assert notes == [
        "autocorrelation (10⁻³), full: no value, and so not in the mean, for 1 of 4 textures: clock.",
        "diversity, full: no value, and so not in the mean, for 1 of 4 textures: clock.",
    ]


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_every_kind_of_missing_value(tmp_path, value):
    rows, markdown = write(tmp_path, [record("a", "gram", "other", diversity=value)])
    assert (rows[0]["mean"], rows[0]["textures"], rows[0]["missing"]) == ("", "0", "1")
    assert ["gram", "– (0 of 1)", "3.5"] in markdown_tables(markdown)["Diversity"]


def test_a_texture_without_a_record_in_one_setting_is_counted_as_missing():
    table = table1([item for item in RECORDS if (item["texture"], item["setting"]) != ("rain", "full")])
    assert table.cells["diversity", "full", "other"] == tables.Cell(None, 0, 1, "")
    assert any("diversity, full" in note and "clock, rain" in note for note in table.notes)


def test_the_paper_figures_are_exact(tmp_path):
    with open(tables.PAPER_TABLE, encoding="utf-8", newline="") as file:
        paper = {row["method"]: row for row in csv.DictReader(file, delimiter="\t")}
    methods = ("gram", "gram_autocorrelation", "gram_autocorrelation_diversity_1e-5", "full")
    records = [
        record(f"{name}_texture", setting, name, yamnet_kl=1e-3, autocorrelation=1.0, diversity=2.0, diversity_x=1.0)
        for setting in methods
        for name in tables.CLASSES
    ]
    rows, _ = write(tmp_path, records)
    columns = {"yamnet_kl": "vggish_1e-4", "autocorrelation": "autocorrelation", "diversity": "diversity"}
    assert len(rows) == 4 * 4 * 3
    for row in rows:
        in_paper = row["setting"] in paper and row["score"] in columns
        expected = paper[row["setting"]][f"{columns[row['score']]}_{row['class']}"] if in_paper else ""
        assert row["paper"] == expected


def test_the_paper_table_holds_what_was_printed():
    paper = paper_table()
    assert len(paper) == 7
    assert paper["griffin_lim"]["autocorrelation", "pitched"] == "0.54"
    assert paper["gram"]["yamnet_kl", "rhythmic"] == "9.9"
    assert paper["gram_autocorrelation_diversity_1e-3"]["diversity", "other"] == "3.9"


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


def test_scores_tsv_round_trip(tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, RECORDS)
    rows = read_tsv(path)
    names = ["texture", "setting", "class", "also_class", "autocorrelation", "diversity", "diversity_shift"]
    assert list(rows[0]) == names
    assert [(row["texture"], row["setting"]) for row in rows] == [
        (texture, setting) for texture in ("bells", "clock", "rain", "taps") for setting in ("gram", "full")
    ]
    by_key = {(item["texture"], item["setting"]): item for item in RECORDS}
    for row in rows:
        source = by_key[row["texture"], row["setting"]]
        assert (row["class"], row["also_class"]) == (source["class"], source["also_class"])
        for name in names[4:]:
            value = source["scores"].get(name)
            missing = value is None or math.isnan(value)
            assert row[name] == "" if missing else float(row[name]) == value
    assert rows[0]["diversity_shift"] == "2"


def test_the_order_of_the_records_does_not_matter(tmp_path):
    first = (tmp_path / "1.tsv", tmp_path / "2.tsv", tmp_path / "2.md")
    second = (tmp_path / "3.tsv", tmp_path / "4.tsv", tmp_path / "4.md")
    for paths, records in ((first, RECORDS), (second, RECORDS[::-1])):
        write_scores_tsv(paths[0], records)
        write_table1(paths[1], paths[2], records)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_orders():
    records = [record("t", setting, "other") for setting in ("zeta", "gram_autocorrelation", "alpha", "gram")]
    assert setting_names(records) == ("gram", "gram_autocorrelation", "alpha", "zeta")
    assert setting_names(records, ["zeta", "gram", "later"]) == (
        "zeta",
        "gram",
        "later",
        "alpha",
        "gram_autocorrelation",
    )
    scores = ["diversity_shift", "copies", "autocorrelation_rms_matched", "diversity", "yamnet_kl", "autocorrelation"]
    assert score_names([record("t", "s", "other", **{name: 1.0}) for name in scores]) == (
        "yamnet_kl",
        "autocorrelation",
        "autocorrelation_rms_matched",
        "diversity",
        "diversity_shift",
        "copies",
    )
    classes = table1(
        [record(name, "s", name, diversity=1.0) for name in ("other", "pitched", "birds", "rhythmic")]
    ).classes
    assert list(classes) == ["rhythmic", "pitched", "other", "birds"]


def test_units():
    units = {
        "autocorrelation_rms_matched": "1e-3",
        "yamnet_kl": "1e-4",
        "diversity": "1",
        "mcdermott_snr_c1": "dB",
        "copies": "1",
    }
    assert {name: score_unit(name).name for name in units} == units
    assert score_heading("autocorrelation_rms_matched") == "autocorrelation, RMS matched (10⁻³)"
    assert score_heading("diversity_shift") == "diversity, shift"
    assert score_heading("copy_share") == "copy share"


def test_the_direction_of_a_score_is_told_where_it_is_not_the_usual_one(tmp_path):
    assert [name for name in ("mcdermott_snr", "mcdermott_snr_c2", "diversity") if higher_is_better(name)] == [
        "mcdermott_snr",
        "mcdermott_snr_c2",
    ]
    assert score_heading("mcdermott_snr_c2") == "McDermott SNR, c2 (dB, higher is better)"
    records = [record("t", "gram", "rhythmic", mcdermott_snr=21.25, diversity=2.0)]
    rows, text = write(tmp_path, records)
    assert "## McDermott SNR (dB, higher is better)" in text
    assert "Lower is better where a heading does not say otherwise" in text
    # Its own unit, the number as it is, and no figure of the paper's.
    (row,) = [row for row in rows if row["score"] == "mcdermott_snr"]
    assert (row["unit"], row["mean"], row["paper"]) == ("dB", "21.25", "")
    # After the paper's columns, before scores of others.
    assert score_names(records) == ("diversity", "mcdermott_snr")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1234"),
        (999.6, "1000"),
        (80.66, "80.7"),
        (9.996, "10.0"),
        (9.7, "9.70"),
        (0.0123, "0.0123"),
        (-2.5, "-2.50"),
        (0.0, "0"),
        (3e-7, "3.00e-07"),
        (None, "–"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("score", "value", "text"),
    [
        ("autocorrelation", 0.08066, "80.7"),
        ("diversity", 0.0, "0"),
        ("diversity_shift", 417, "417"),
        ("diversity", None, "–"),
        ("autocorrelation", math.nan, "–"),
    ],
)
def test_one_score_for_people(score, value, text):
    assert score_text(score, value) == text


def collection(setting, **groups):
    """A collection's record: group to value and points."""
    values = {name: {"value": value, "textures": 2, "points": points} for name, (value, points) in groups.items()}
    return {"setting": setting, "scores": {"frechet_yamnet": values}, "missing": {}}


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


def test_long_lists_are_cut():
    table = table1([record(f"t{i:02}", "s", "other", diversity=None) for i in range(12)])
    assert table.notes[0].endswith("for 12 of 12 textures: t00, t01, t02, t03, t04, t05, t06, t07 and 4 more.")


def test_no_records(tmp_path):
    rows, markdown = write(tmp_path, [], left_out=[{"texture": "rain", "reason": "silent"}])
    assert rows == []
    assert "There are no scores." in markdown
    assert "- rain: silent" in markdown
    write_scores_tsv(tmp_path / "scores.tsv", [])
    assert (tmp_path / "scores.tsv").read_text() == "texture\tsetting\tclass\talso_class\n"


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([record("rain", "gram", "other")] * 2, "texture 'rain', setting 'gram': stand there twice"),
        ([{"texture": "rain", "setting": "gram", "scores": {}}], "there is no class"),
        ([record("rain", "gram", "other", diversity="2")], "score 'diversity': expected a number or null, found '2'"),
    ],
)
def test_bad_records_are_named(records, message):
    with pytest.raises(StorageError, match=message):
        score_rows(records)


def test_all_data_files_ship_with_the_package():
    package = Path(texture_core.__file__).parent
    project = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["texture_core"]
    shipped = {path for pattern in patterns for path in package.glob(pattern)}
    assert {path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")} <= shipped
    assert tables.PAPER_TABLE in shipped
