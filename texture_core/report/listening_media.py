"""The sounds and spectrograms of the listening page, row by row."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from texture_core.errors import StorageError
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.report.playback import write_matched
from texture_core.report.sound_picture import sound_spectrogram
from texture_core.report.spectrogram_image import common_maximum, spectrogram_image


@dataclass(frozen=True)
class Sound:
    """One sound of the page.

    Attributes
    ----------
    audio : Path
        A file that libsndfile reads and browsers play, such as WAV.
    spectrogram : Path or None
        A file that `texture_core.records.spectrogram_files.read_spectrogram` reads; None to analyse the audio.
    loop : bool
        Whether the sound is a seamless loop, to be heard as one.
    """

    audio: Path
    spectrogram: Path | None = None
    loop: bool = False


@dataclass(frozen=True)
class TextureRow:
    """One row of the page.

    Attributes
    ----------
    name : str
        Letters, digits, ``_`` and ``-``; the names of the row's files are made of it.
    title : str
        Any text.
    texture_class, also_class : str
        The class, and a second one or nothing.
    original : Sound
    syntheses : dict of str to Sound
        By setting; one that is not there is shown as an empty cell.
    figures : dict of str to Path
        Further pictures to link to, by the text of the link.
    """

    name: str
    title: str
    texture_class: str
    also_class: str
    original: Sound
    syntheses: dict
    figures: dict = field(default_factory=dict)

    @property
    def classes(self):
        """The one or two classes."""
        return [name for name in (self.texture_class, self.also_class) if name]


@dataclass(frozen=True)
class Picture:
    """A spectrogram in the page's folder.

    Attributes
    ----------
    url : str
        Relative to the page.
    width, height : int
        Pixels.
    extent : str
        What its axes span, in words.
    """

    url: str
    width: int
    height: int
    extent: str


@dataclass(frozen=True)
class Cell:
    """One sound as the page shows it.

    Attributes
    ----------
    setting : str or None
        None for the original.
    url, source_url : str
        The sound for listening and the file that it was made from, relative to the page.
    seconds : float
        Duration of the sound for listening.
    gain : float
        Between the two files, in dB.
    reach : float
        The last position that every browser can jump to, in seconds.
    picture : Picture
    facts : str
        What is to be known of the file besides, such as ``stereo, 44.1 kHz, 5.0 s``; may be empty.
    loop : bool
        Whether the sound is a loop, which does not end.
    """

    setting: str | None
    url: str
    source_url: str
    seconds: float
    gain: float
    reach: float
    picture: Picture
    facts: str = ""
    loop: bool = False

    @property
    def source_format(self):
        """The format of the file that the sound was made from, such as ``WAV``."""
        return self.source_url.rpartition(".")[2].upper()


@dataclass(frozen=True)
class PageRow:
    """One texture as the page shows it.

    Attributes
    ----------
    texture : TextureRow
    cells : dict of (str or None) to Cell
        By setting, the original's key being None.
    figures : dict of str to str
        Addresses relative to the page, by the text of the link.
    """

    texture: TextureRow
    cells: dict
    figures: dict


def write_media(folder, texture, settings):
    """Write what one row of the page shows: ``spectrograms/*.png`` on one scale and ``audio/*.flac``, equally loud.

    Parameters
    ----------
    folder : str or Path
    texture : TextureRow
    settings : sequence of str
        Which syntheses to show.

    Returns
    -------
    PageRow

    Raises
    ------
    StorageError
        As `write_listening_page`.
    """
    folder = Path(folder)
    sounds = {
        None: texture.original,
        **{name: texture.syntheses[name] for name in settings if name in texture.syntheses},
    }
    stems = {setting: _stem(texture.name, setting) for setting in sounds}
    targets = {setting: folder / "audio" / f"{stem}.flac" for setting, stem in stems.items()}
    playbacks = write_matched(
        [(Path(sound.audio), targets[setting]) for setting, sound in sounds.items()],
        [sound.loop for sound in sounds.values()],
    )
    repeats = {setting: playback.repeats for setting, playback in zip(sounds, playbacks, strict=True)}
    pictures = _write_pictures(folder, sounds, stems, repeats)
    cells = {
        setting: Cell(
            setting=setting,
            url=relative_url(folder, targets[setting]),
            source_url=relative_url(folder, sound.audio),
            seconds=playback.seconds,
            gain=playback.gain,
            reach=playback.reach,
            picture=pictures[setting],
            facts="" if sound.spectrogram else _facts(playback),
            loop=sound.loop,
        )
        for (setting, sound), playback in zip(sounds.items(), playbacks, strict=True)
    }
    return PageRow(texture, cells, {label: relative_url(folder, path) for label, path in texture.figures.items()})


def _stem(texture, setting):
    for name in (texture, setting):
        if name is not None:
            require_safe(name)
    # A dot is in no name, so that no two cells share a file.
    return texture if setting is None else f"{texture}.{setting}"


def _facts(playback):
    channels = {1: "mono", 2: "stereo"}.get(playback.channels, f"{playback.channels} channels")
    seconds = f"{playback.source_seconds:.1f} s"
    if playback.seconds < playback.source_seconds:
        return f"{channels}, {playback.sample_rate / 1000:g} kHz, the first {playback.seconds:.0f} s of {seconds}"
    played = f"loop of {seconds}, played {playback.repeats} times" if playback.repeats > 1 else seconds
    return f"{channels}, {playback.sample_rate / 1000:g} kHz, {played}"


def _write_pictures(folder, sounds, stems, repeats):
    original = Path(sounds[None].audio)
    spectrograms = {
        setting: read_spectrogram(sound.spectrogram)
        if sound.spectrogram
        else sound_spectrogram(Path(sound.audio), original, repeats[setting])
        for setting, sound in sounds.items()
    }
    maximum = common_maximum(spectrograms.values())
    pictures = {}
    for setting, spectrogram in spectrograms.items():
        path = folder / "spectrograms" / f"{stems[setting]}.png"
        width, height = spectrogram_image(path, spectrogram, maximum=maximum)
        seconds = (spectrogram.log_magnitude.shape[1] - 1) * spectrogram.hop_length / spectrogram.sample_rate
        extent = f"{seconds:.1f} s, 0 to {spectrogram.sample_rate / 2000:g} kHz"
        pictures[setting] = Picture(relative_url(folder, path), width, height, extent)
    return pictures


def relative_url(folder, path):
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def require_safe(name):
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise StorageError(f"listening page: expected a name of letters, digits, _ and -, found {name!r}")
