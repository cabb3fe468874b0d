"""The listening page opens from disk, stands alone in its folder, and shows any text as text."""

import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import soundfile
from PIL import Image

from texture_core.audio.loudness import loudness
from texture_core.errors import StorageError
from texture_core.records.spectrogram_files import Spectrogram, read_spectrogram, write_spectrogram
from texture_core.report.figures import common_maximum
from texture_core.report.listening import Exhibit, Sound, TextureRow, write_listening_page, write_media
from texture_core.report.tables import table1

NASTY = "<script>alert('1')</script> \"rain\" & {{ 7 * 7 }} <b onclick=x>"
SETTINGS = ("gram", "full")
VOID = {"meta", "link", "img", "br", "wbr", "input", "hr"}


class Page(HTMLParser):
    """Every element with its attributes and text; fails on tags that are not closed in order."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self._open = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, "attributes": dict(attributes), "text": "", "parents": [e["tag"] for e in self._open]}
        assert len(element["attributes"]) == len(attributes)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag, **attributes):
        """The elements of a tag; ``class_`` and others by their value."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e["tag"] == tag and wanted.items() <= e["attributes"].items()]

    def values(self, name):
        return [element["attributes"][name] for element in self.elements if name in element["attributes"]]

    def urls(self):
        return [url for name in ("src", "href", "data-source") for url in self.values(name)]


def make_sound(folder, texture, kind, level, seed):
    audio = folder / "audio" / f"{texture}.wav"
    spectrogram = folder / kind / f"{texture}.h5"
    for path in (audio, spectrogram):
        path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    soundfile.write(audio, 0.1 * level * generator.standard_normal(8000), 16000, subtype="FLOAT")
    values = level * np.abs(generator.standard_normal((257, 126))).astype(np.float32)
    write_spectrogram(spectrogram, Spectrogram(values, 16000, 512, 64))
    return Sound(audio, spectrogram)


def make_rows(results, textures):
    rows = []
    for number, (name, title, *classes) in enumerate(textures):
        syntheses = {
            setting: make_sound(results / setting, name, "synthesis", 1 + place, 10 * number + place)
            for place, setting in enumerate(SETTINGS)
        }
        figure = results / "figures" / f"{name}.spectrogram.svg"
        figure.parent.mkdir(parents=True, exist_ok=True)
        figure.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        original = make_sound(results, name, "spectrogram", 0.5, 1000 + number)
        rows.append(TextureRow(name, title, *classes, original, syntheses, {"spectrograms": figure}))
    return rows


def make_records(textures):
    return [
        {
            "texture": name,
            "setting": setting,
            "class": texture_class,
            "also_class": also_class,
            "title": title,
            "scores": {"diversity": None if name == "bells" else 2.5, "autocorrelation": 0.08, "diversity_shift": 417},
        }
        for name, title, texture_class, also_class in textures
        for setting in SETTINGS
    ]


def make_exhibits(results):
    picture, sound = results / "sweep" / "kl of β.svg", results / "sweep" / "step 3.FLAC"
    picture.parent.mkdir(parents=True)
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    soundfile.write(sound, np.zeros(160), 16000, format="FLAC")
    more = results / "sweep" / "more"
    more.mkdir()
    (more / "again.svg").write_bytes(picture.read_bytes())
    (more / "notes.txt").write_text("not to be shown")
    for number in (10, 3):
        soundfile.write(more / f"rain.full.after-{number}.wav", np.full(160, number / 100), 16000)
    return [
        Exhibit("sweep", NASTY, NASTY, {"the figure": picture, "after 3 steps": sound, "others": more}),
        Exhibit("caption", "One picture", "", {NASTY: picture}),
    ]


def write_small_page(folder, rows, textures):
    table = table1(make_records(textures))
    write_listening_page(folder, corpus="x", textures=rows, records=[], table=table)
    return Page(folder / "index.html")


TEXTURES = [("rain", NASTY, "other", ""), ("bells", "", "pitched", "rhythmic")]
CELLS = [(name, setting) for name, *_ in TEXTURES for setting in (None, *SETTINGS)]


@pytest.fixture
def results(tmp_path):
    return tmp_path / 'results & "more" #1' / "demo 100%"


@pytest.fixture
def write(results):
    """Write the page, of rows and records in any form and order."""
    exhibits = make_exhibits(results)

    def write(rows, records):
        table = table1(
            records,
            settings=SETTINGS,
            left_out=[{"texture": "broken", "reason": NASTY}],
            missing_scores={"yamnet_kl": NASTY},
        )
        write_listening_page(
            results / "listening", corpus=NASTY, textures=rows, records=records, table=table, exhibits=exhibits
        )

    return write


@pytest.fixture
def page(results, write):
    write(make_rows(results, TEXTURES), make_records(TEXTURES))
    return Page(results / "listening" / "index.html")


def test_every_reference_is_a_file_beside_the_page(page, results):
    urls = [url for url in page.urls() if not url.startswith("#")]
    # Style and script; per cell a picture, a sound and its source; a figure per row; the exhibits' pictures (also as
    # links) and sounds.
    assert len(urls) == 2 + 3 * len(CELLS) + len(TEXTURES) + 2 * 2 + 3
    for url in urls:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert not url.startswith("/")
        assert (results / "listening" / unquote(parts.path)).is_file()
    anchors = {url[1:] for url in page.urls() if url.startswith("#")}
    assert anchors == {"table1", "exhibit-sweep", "exhibit-caption", "textures", "left-out"}
    assert anchors <= set(page.values("id"))


def test_only_sources_and_figures_lie_outside_the_folder(page):
    outside = [e for e in page.elements if any(v.startswith("../") for v in e["attributes"].values() if v)]
    assert {e["tag"] for e in outside} == {"td", "a"}
    # Where the folder stands alone, the script hides these.
    assert all("elsewhere" in e["attributes"]["class"] for e in outside if e["tag"] == "a")
    assert set(page.values("data-source")) == {
        *(f"../audio/{name}.wav" for name, *_ in TEXTURES),
        *(f"../{setting}/audio/{name}.wav" for name, *_ in TEXTURES for setting in SETTINGS),
    }


def test_references_are_percent_encoded(tmp_path):
    rows = make_rows(tmp_path / "b c?#%", TEXTURES[1:])
    page = write_small_page(tmp_path / "listening", rows, TEXTURES[1:])
    assert "../b%20c%3F%23%25/audio/bells.wav" in page.values("data-source")


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


def test_sounds_of_a_row_are_equally_loud_and_their_gains_are_told(page, results):
    for cell, (name, setting) in zip(page.all("td", role="cell"), CELLS, strict=True):
        source, _ = soundfile.read(results / (setting or "") / "audio" / f"{name}.wav")
        stem = name if setting is None else f"{name}.{setting}"
        samples, sample_rate = soundfile.read(results / "listening" / "audio" / f"{stem}.flac")
        assert loudness(samples, sample_rate) == pytest.approx(-23, abs=0.05)
        gain = float(cell["attributes"]["data-gain"])
        np.testing.assert_allclose(samples, source * 10 ** (gain / 20), atol=2e-3)
        assert float(cell["attributes"]["data-seconds"]) == 0.5


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


def test_pictures_of_a_row_share_a_scale(page, results):
    folder = results / "listening" / "spectrograms"
    kinds = {"rain.png": results / "spectrogram", **{f"rain.{s}.png": results / s / "synthesis" for s in SETTINGS}}
    spectrograms = {name: read_spectrogram(place / "rain.h5") for name, place in kinds.items()}
    maximum = common_maximum(spectrograms.values())
    for name, spectrogram in spectrograms.items():
        with Image.open(folder / name) as image:
            levels = np.asarray(image)  # indices into the palette, dark to bright
        expected = np.clip(spectrogram.log_magnitude / maximum, 0, 1).mean()
        assert levels.mean() / 127 == pytest.approx(expected, rel=0.02)


def test_exhibits_are_copied_and_shown(page, results):
    sounds = [sound["attributes"]["src"] for sound in page.all("audio")]
    assert sounds == ["exhibits/sweep.1.flac", "exhibits/sweep.3.wav", "exhibits/sweep.4.wav"]
    # A folder's files in the order of their numbers; the picture that is there twice is shown once.
    captions = [element["text"] for element in page.all("figcaption")]
    assert captions == ["after 3 steps", "again", "rain, full, after-3", "rain, full, after-10", NASTY]
    for number, sound in zip((3, 10), sounds[1:], strict=True):
        assert soundfile.read(results / "listening" / sound)[0][0] == pytest.approx(number / 100, abs=1e-3)
    pictures = [image["attributes"] for image in page.all("img") if "figure" in image["parents"]]
    assert [picture["alt"] for picture in pictures] == [f"{NASTY}: again", f"One picture: {NASTY}"]
    for picture in pictures:
        copied = results / "listening" / unquote(picture["src"])
        assert copied.read_bytes() == (results / "sweep" / "kl of β.svg").read_bytes()


@pytest.mark.parametrize(
    ("exhibit", "message"),
    [
        (Exhibit("sweep", "", "", {"a": Path("absent.png")}), r"absent\.png: there is no such file; the exhibit sweep"),
        (Exhibit("sweep", "", "", {"a": Path("table.xlsx")}), r"exhibit sweep: .* found table\.xlsx"),
        (Exhibit("../sweep", "", "", {}), r"found '\.\./sweep'"),
    ],
)
def test_an_exhibit_that_cannot_be_shown_is_named(tmp_path, exhibit, message):
    with pytest.raises(StorageError, match=message):
        write_listening_page(
            tmp_path / "listening", corpus="x", textures=[], records=[], table=table1([]), exhibits=[exhibit]
        )


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


@pytest.mark.parametrize(
    ("break_row", "message"),
    [
        (lambda row: row.original.audio.unlink(), r"audio/rain\.wav: there is no such file"),
        (lambda row: row.syntheses["full"].spectrogram.unlink(), r"full/synthesis/rain\.h5: there is no such file"),
        (lambda row: object.__setattr__(row, "name", "../rain"), r"found '\.\./rain'"),
    ],
)
def test_what_is_wrong_is_named_and_no_page_is_written(tmp_path, break_row, message):
    (row,) = make_rows(tmp_path, TEXTURES[:1])
    break_row(row)
    with pytest.raises(StorageError, match=message):
        write_small_page(tmp_path / "listening", [row], TEXTURES[:1])
    assert not (tmp_path / "listening" / "index.html").exists()


def test_an_unsafe_setting_is_refused(tmp_path):
    (row,) = make_rows(tmp_path, TEXTURES[:1])
    row = replace(row, syntheses={"../full": row.syntheses["full"]})
    with pytest.raises(StorageError, match=r"found '\.\./full'"):
        write_media(tmp_path / "listening", row, ["../full"])


def test_collected_outputs_start_fast():
    code = (
        "import sys, texture_core.demo\n"
        "from texture_core.report import figures, listening, tables\n"
        "print(sorted({'torch', 'scipy', 'pandas', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert result.stdout.strip() == "[]"
