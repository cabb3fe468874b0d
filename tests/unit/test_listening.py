"""The listening page opens from disk, refers only to what is there, and shows any text as text."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import soundfile
from PIL import Image

from texture_core.errors import StorageError
from texture_core.figures import common_maximum
from texture_core.listening import Sound, TextureRow, write_listening_page
from texture_core.storage import Spectrogram, read_spectrogram, write_spectrogram
from texture_core.tables import table1

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

    def all(self, tag):
        return [element for element in self.elements if element["tag"] == tag]

    def urls(self):
        return [e["attributes"][key] for e in self.elements for key in ("src", "href") if key in e["attributes"]]


def make_sound(folder, texture, kind, level, seed):
    audio = folder / "audio" / f"{texture}.wav"
    spectrogram = folder / kind / f"{texture}.h5"
    for path in (audio, spectrogram):
        path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    soundfile.write(audio, 0.1 * generator.standard_normal(1600), 16000, subtype="FLOAT")
    values = level * np.abs(generator.standard_normal((257, 26))).astype(np.float32)
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


TEXTURES = [("rain", NASTY, "other", ""), ("bells", "", "pitched", "rhythmic")]


@pytest.fixture
def results(tmp_path):
    return tmp_path / 'results & "more" #1' / "demo 100%"


@pytest.fixture
def page(results):
    records = make_records(TEXTURES)
    table = table1(
        records,
        settings=SETTINGS,
        left_out=[{"texture": "broken", "reason": NASTY}],
        missing_scores={"classifier": NASTY},
    )
    rows = make_rows(results, TEXTURES)
    write_listening_page(results / "listening", corpus=NASTY, textures=rows, records=records, table=table)
    return Page(results / "listening" / "index.html")


def test_every_reference_is_a_file_beside_the_page(page, results):
    urls = [url for url in page.urls() if not url.startswith("#")]
    assert len(urls) == 2 * (3 * 2 + 1)
    for url in urls:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert not url.startswith("/")
        assert (results / "listening" / unquote(parts.path)).is_file()
    anchors = {url[1:] for url in page.urls() if url.startswith("#")}
    assert anchors == {"table1", "textures", "left-out"}
    assert anchors <= {element["attributes"].get("id") for element in page.elements}


def test_audio_stays_where_it_is(page, results):
    assert {element["attributes"]["src"] for element in page.all("audio")} == {
        *(f"../audio/{name}.wav" for name, *_ in TEXTURES),
        *(f"../{setting}/audio/{name}.wav" for name, *_ in TEXTURES for setting in SETTINGS),
    }
    assert {path.suffix for path in (results / "listening").rglob("*") if path.is_file()} == {".html", ".png"}


def test_references_are_percent_encoded(tmp_path):
    rows = make_rows(tmp_path / "b c?#%", TEXTURES[1:])
    table = table1(make_records(TEXTURES[1:]))
    write_listening_page(tmp_path / "listening", corpus="x", textures=rows, records=[], table=table)
    sources = {element["attributes"]["src"] for element in Page(tmp_path / "listening" / "index.html").all("audio")}
    assert "../b%20c%3F%23%25/audio/bells.wav" in sources


def test_one_labelled_player_and_picture_per_cell(page):
    players, pictures = page.all("audio"), page.all("img")
    assert len(players) == len(pictures) == len(TEXTURES) * (1 + len(SETTINGS))
    for player in players:
        assert {"controls", "preload", "src", "aria-label"} == set(player["attributes"])
        assert player["attributes"]["preload"] == "none"
        assert player["parents"][-1] == "td"
    labels = [player["attributes"]["aria-label"] for player in players]
    assert labels[:3] == [f"{NASTY}, original", f"{NASTY}, gram", f"{NASTY}, full"]
    assert labels[3:] == ["bells, original", "bells, gram", "bells, full"]
    for picture in pictures:
        assert picture["attributes"]["loading"] == "lazy"
        assert picture["attributes"]["alt"].endswith(": 0.1 s, 0 to 8 kHz")


def test_any_text_is_shown_as_text(page, results):
    (heading,) = page.all("h1")
    assert heading["text"] == f"Textures: {NASTY}"
    assert [e["text"] for e in page.elements if e["attributes"].get("class") == "title"] == [NASTY, "bells"]
    notes = [element["text"] for element in page.all("li")]
    assert f"broken: {NASTY}" in notes
    assert f"classifier (10⁻⁴): missing, because {NASTY}." in notes
    assert [element["text"] for element in page.all("b")] == ["broken"]
    (script,) = page.all("script")
    assert "alert" not in script["text"] and "src" not in script["attributes"]


def test_nothing_is_fetched_or_handled_inline(page, results):
    text = (results / "listening" / "index.html").read_text(encoding="utf-8")
    assert "http:" not in text and "https:" not in text and "@import" not in text and "url(" not in text
    for element in page.elements:
        assert not [name for name in element["attributes"] if name.startswith("on") or name == "style"]


def test_scores_are_shown_in_their_units(page):
    names, values = ([element["text"] for element in page.all(tag)] for tag in ("dt", "dd"))
    assert all("td" in element["parents"] for element in page.all("dl"))
    assert names == ["autocorrelation (10⁻³)", "diversity", "diversity, shift"] * (len(TEXTURES) * len(SETTINGS))
    assert values == ["80.0", "2.50", "417"] * 2 + ["80.0", "–", "417"] * 2


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
        ("h2", "Textures"),
        ("h2", "Left out"),
    ]
    assert all(element["attributes"].get("scope") in ("col", "row") for element in page.all("th"))
    identifiers = [e["attributes"]["id"] for e in page.elements if "id" in e["attributes"]]
    assert len(identifiers) == len(set(identifiers))
    for element in page.elements:
        assert element["attributes"].get("aria-labelledby", identifiers[0]) in identifiers
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


def test_same_input_same_bytes(page, results):
    folder = results / "listening"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    records = make_records(TEXTURES)
    table = table1(
        records[::-1],
        settings=SETTINGS,
        left_out=[{"texture": "broken", "reason": NASTY}],
        missing_scores={"classifier": NASTY},
    )
    rows = make_rows(results, TEXTURES)
    write_listening_page(folder, corpus=NASTY, textures=iter(rows), records=records[::-1], table=table)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(before) == 1 + len(TEXTURES) * (1 + len(SETTINGS))


def test_a_synthesis_that_was_not_made_is_an_empty_cell(tmp_path):
    (row,) = make_rows(tmp_path, TEXTURES[:1])
    del row.syntheses["full"]
    table = table1(make_records(TEXTURES[:1]))
    write_listening_page(tmp_path / "listening", corpus="x", textures=[row], records=[], table=table)
    page = Page(tmp_path / "listening" / "index.html")
    assert len(page.all("audio")) == 2
    assert [element["text"] for element in page.all("p")].count("not made") == 1


def test_an_empty_corpus_has_a_page(tmp_path):
    table = table1([], left_out=[{"texture": "rain", "reason": "silent"}])
    write_listening_page(tmp_path, corpus="x", textures=[], records=[], table=table)
    page = Page(tmp_path / "index.html")
    assert "There are no scores." in [element["text"] for element in page.all("p")]
    assert page.all("audio") == []


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
    table = table1(make_records(TEXTURES[:1]))
    with pytest.raises(StorageError, match=message):
        write_listening_page(tmp_path / "listening", corpus="x", textures=[row], records=[], table=table)
    assert not (tmp_path / "listening" / "index.html").exists()


def test_collected_outputs_start_fast():
    code = (
        "import sys, texture_core.demo, texture_core.figures, texture_core.listening, texture_core.tables\n"
        "print(sorted({'torch', 'scipy', 'pandas', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert result.stdout.strip() == "[]"
