"""What lies beside the listening page: links, sounds, pictures and exhibits."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import soundfile
from listening_study import CELLS, NASTY, SETTINGS, TEXTURES, make_rows, write_small_page
from PIL import Image

from texture_core.audio.loudness import loudness
from texture_core.errors import StorageError
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.report.listening import write_listening_page
from texture_core.report.listening_exhibits import Exhibit
from texture_core.report.listening_media import write_media
from texture_core.report.spectrogram_image import common_maximum
from texture_core.report.table1 import table1


def test_every_reference_is_a_file_beside_the_page(page, results):
    urls = [url for url in page.urls() if not url.startswith("#")]
    # Style and script; per cell a picture, a sound and its source, twice; a figure per row; the exhibits' pictures
    # (also as links) and sounds.
    assert len(urls) == 2 + 4 * len(CELLS) + len(TEXTURES) + 2 * 2 + 3
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


def test_sounds_of_a_row_are_equally_loud_and_their_gains_are_told(page, results):
    for cell, (name, setting) in zip(page.all("td", role="cell"), CELLS, strict=True):
        source, _ = soundfile.read(results / (setting or "") / "audio" / f"{name}.wav")
        stem = name if setting is None else f"{name}.{setting}"
        samples, sample_rate = soundfile.read(results / "listening" / "audio" / f"{stem}.flac")
        assert loudness(samples, sample_rate) == pytest.approx(-23, abs=0.05)
        gain = float(cell["attributes"]["data-gain"])
        np.testing.assert_allclose(samples, source * 10 ** (gain / 20), atol=2e-3)
        assert float(cell["attributes"]["data-seconds"]) == 0.5


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


@pytest.mark.parametrize(
    ("break_row", "message"),
    [
        (lambda row: row.original.audio.unlink(), r"audio/rain\.wav: no such file, which"),
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
