"""The listening page shows all that there is, as plain semantic HTML."""

import subprocess
import sys
from pathlib import Path

from listening_study import CELLS, NASTY, SETTINGS, TEXTURES, Page, make_records, make_rows, write_small_page

from texture_core.report.listening import write_listening_page
from texture_core.report.table1 import table1


def test_one_labelled_link_and_picture_per_cell(page):
    links, pictures = page.all("a", class_="play"), page.all("img", decoding="async")
    assert len(links) == len(pictures) == len(CELLS)
    stems = [name if setting is None else f"{name}.{setting}" for name, setting in CELLS]
    assert [link["attributes"]["href"] for link in links] == [f"audio/{stem}.flac" for stem in stems]
    assert [picture["attributes"]["src"] for picture in pictures] == [f"spectrograms/{stem}.png" for stem in stems]
    titles = [NASTY] * 3 + ["bells"] * 3
    assert [link["text"] for link in links] == [
        f"Play {title}, {setting or 'original'}" for title, (_, setting) in zip(titles, CELLS, strict=True)
    ]
    for picture in pictures:
        assert picture["attributes"]["loading"] == "lazy"
        assert picture["attributes"]["alt"].endswith(": 0.5 s, 0 to 8 kHz")
        assert {"width", "height"} <= set(picture["attributes"])
    # Sounds are loaded when they are asked for.
    assert [audio["attributes"]["preload"] for audio in page.all("audio")] == ["none"] * 3


def test_any_text_is_shown_as_text(page):
    (heading,) = page.all("h1")
    assert heading["text"] == f"Textures: {NASTY}"
    assert [element["text"] for element in page.all("span", class_="title")] == [NASTY, "bells", ""]
    notes = [element["text"] for element in page.all("li")]
    assert f"broken: {NASTY}" in notes
    assert f"YAMNet KL (10⁻⁴): missing, because {NASTY}." in notes
    assert [element["text"] for element in page.all("b")] == ["broken"]


def test_nothing_is_inline_or_fetched_from_elsewhere(page, results):
    """So that the strictest content security policy lets the page work."""
    (script,) = page.all("script")
    assert script["attributes"] == {"src": "listening.js", "defer": None} and script["text"] == ""
    assert page.all("style") == []
    for element in page.elements:
        assert not [name for name in element["attributes"] if name.startswith("on") or name == "style"]
    for name in ("index.html", "listening.css", "listening.js"):
        text = (results / "listening" / name).read_text(encoding="utf-8")
        assert not [word for word in ("http:", "https:", "@import", "url(", "eval(", "innerHTML") if word in text]


def test_scores_are_shown_in_their_units_and_kept_in_full(page):
    names, values = (
        [element["text"] for element in page.all(tag) if "td" in element["parents"]] for tag in ("dt", "dd")
    )
    assert names == ["autocorrelation (10⁻³)", "diversity", "diversity, shift"] * (len(TEXTURES) * len(SETTINGS))
    assert values == ["80.0", "2.50", "417"] * 2 + ["80.0", "–", "417"] * 2
    assert page.values("data-value") == ["0.08", "2.5", "417"] * 2 + ["0.08", "", "417"] * 2
    variants = [element["text"].strip() for element in page.all("div", class_="variant")]
    assert variants == ["diversity, shift417"] * 4


def test_a_copy_is_named_beside_its_sound(page, results):
    assert not page.all("p", class_="copied")
    folder = results / "another page"
    records = make_records(TEXTURES)
    records[0]["scores"]["diversity"] = 154.0
    rows, table = make_rows(results / "of a copy", TEXTURES), table1(records)
    write_listening_page(folder, corpus="x", textures=rows, records=records, table=table)
    (copied,) = Page(folder / "index.html").all("p", class_="copied")
    assert copied["text"] == "a copy of the recording"


def test_rows_can_be_sorted_by_every_score_and_filtered_by_every_class(page):
    options = [element["attributes"].get("value") for element in page.all("option")]
    assert options[:3] == ["", "other", "pitched"] and "rhythmic" in options
    assert [value for value in options if value and value.startswith("score:")] == [
        "score:autocorrelation",
        "score:diversity",
        "score:diversity_shift",
    ]
    assert page.values("data-class") == ["other", "pitched"]
    assert page.values("data-also-class") == ["", "rhythmic"]


def test_table_1_is_there_with_its_notes(page):
    captions = [element["text"] for element in page.all("caption")]
    assert captions == ["Autocorrelation (10⁻³)", "Diversity"]
    # The row of gram: rhythmic, pitched and other, each beside the paper's figure.
    assert [element["text"] for element in page.all("td")[:6]] == ["80.0", "29.0", "80.0", "9.7", "80.0", "6.5"]
    assert any(note["text"].startswith("Of two classes, and counted in both: bells") for note in page.all("li"))


def test_headings_and_tables_are_semantic(page):
    assert [(e["tag"], e["text"]) for e in page.elements if e["tag"] in ("h2", "h3")] == [
        ("h2", "Table 1: mean scores per setting and class"),
        ("h3", "Notes"),
        ("h2", NASTY),
        ("h2", "One picture"),
        ("h2", "Textures"),
        ("h2", "Left out"),
    ]
    assert all(element["attributes"].get("scope") in ("col", "row") for element in page.all("th"))
    identifiers = page.values("id")
    assert len(identifiers) == len(set(identifiers))
    assert set(page.values("aria-labelledby")) <= set(identifiers)
    assert page.all("html")[0]["attributes"]["lang"] == "en"


def test_same_input_same_bytes(page, results, write):
    folder = results / "listening"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write(iter(make_rows(results, TEXTURES)), make_records(TEXTURES)[::-1])
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(before) == 3 + 2 * len(CELLS) + 5


def test_the_style_sheet_knows_how_many_cells_a_row_has(page, results):
    style = (results / "listening" / "listening.css").read_text(encoding="utf-8")
    assert style.startswith(":root { --columns: 3; --half: 2; --quarter: 1; }\n")


def test_a_synthesis_that_was_not_made_is_an_empty_cell(tmp_path):
    (row,) = make_rows(tmp_path, TEXTURES[:1])
    del row.syntheses["full"]
    page = write_small_page(tmp_path / "listening", [row], TEXTURES[:1])
    assert len(page.all("a", class_="play")) == 2
    assert [element["text"] for element in page.all("p")].count("not made") == 1


def test_an_empty_corpus_has_a_page(tmp_path):
    table = table1([], left_out=[{"texture": "rain", "reason": "silent"}])
    write_listening_page(tmp_path, corpus="x", textures=[], records=[], table=table)
    page = Page(tmp_path / "index.html")
    assert "There are no scores." in [element["text"] for element in page.all("p")]
    assert page.all("a", class_="play") == []


def test_collected_outputs_start_fast():
    code = (
        "import sys, texture_core.demo\n"
        "from texture_core.report import listening, loss_figure, table1_files\n"
        "print(sorted({'torch', 'scipy', 'pandas', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert result.stdout.strip() == "[]"
