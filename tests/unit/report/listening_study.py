"""A small study whose listening page is looked at."""

from html.parser import HTMLParser

import numpy as np
import soundfile
from score_records import record

from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram
from texture_core.report.listening import write_listening_page
from texture_core.report.listening_exhibits import Exhibit
from texture_core.report.listening_media import Sound, TextureRow
from texture_core.report.table1 import table1

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
        record(
            name,
            setting,
            *classes,
            diversity=None if name == "bells" else 2.5,
            autocorrelation=0.08,
            diversity_shift=417,
        )
        | {"title": title}
        for name, title, *classes in textures
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
