"""Qualities, limits and settings of textures, and the command that makes a texture."""

import math
from dataclasses import dataclass, replace

from texture_core.audio.rates import COMPUTED_RATES, computed_transform
from texture_core.errors import ParameterError

UPLOAD_BYTES = 200_000_000
LONGEST_RECORDING_SECONDS = 600.0
LONGEST_TEXTURE_SECONDS = 600.0
MOST_TAKES = 20
_MOST_POSITIONS = 9
# Seconds of computing per second of sound, relative to mono at the lowest rate (docs/method.md, rates).
_STEREO = 1.6
_PER_HZ = 1.1 / (48000 - 16000)


@dataclass(frozen=True)
class Quality:
    """One choice of quality.

    Attributes
    ----------
    title, hint : str
        Texts on the page.
    arguments : tuple of str
        Options of ``texture-core synthesize`` and ``texture-core morph``.
    full_range : bool
        Whether to keep all frequencies of the recording, which morphs cannot; if not, those up to 8 kHz.
    cost : float
        Computing time of a mono texture up to 8 kHz, relative to the first quality.
    morph_cost : float
        The same for a morph.
    """

    title: str
    hint: str
    arguments: tuple
    full_range: bool
    cost: float
    morph_cost: float


QUALITIES = {
    "draft": Quality("Draft", "up to 8 kHz, to try things", ("--preset", "quick"), False, 1.0, 3.3),
    "good": Quality("Good", "up to 8 kHz, nearer to the recording", ("--preset", "default"), False, 3.5, 4.2),
    "full": Quality("Full range", "like Good, with all high frequencies", ("--preset", "default"), True, 3.5, 4.2),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one texture; `checked_settings` creates them from a request.

    Attributes
    ----------
    quality : str
        A key of the qualities.
    duration : float
        Seconds.
    loop : bool
    fade : float
        Seconds; 0 for loops.
    mono : bool
        Whether to mix stereo down.
    position : tuple of float
        Positions of a morph, else empty.
    seed : int
    """

    quality: str
    duration: float
    loop: bool
    fade: float
    mono: bool
    position: tuple
    seed: int


def checked_settings(asked, qualities, *, morph, seed):
    """Check the settings in a request.

    Parameters
    ----------
    asked : dict
        Decoded JSON with any content.
    qualities : dict of str to Quality
    morph : bool
        Whether the texture is a morph of two recordings.
    seed : int

    Returns
    -------
    Settings

    Raises
    ------
    ParameterError
        If a value is missing, of another type or out of range; the message names it.
    """
    quality = asked.get("quality")
    if quality not in qualities or (morph and qualities[quality].full_range):
        known = [name for name, known in qualities.items() if not (morph and known.full_range)]
        raise ParameterError(f"quality: expected one of {', '.join(known)}, found {quality!r}")
    duration = _number(asked, "duration", 0.1, LONGEST_TEXTURE_SECONDS)
    loop = asked.get("loop") is True
    fade = 0.0 if loop else _number(asked, "fade", 0.0, duration / 2)
    position = ()
    if morph:
        found = asked.get("position")
        if not (isinstance(found, list) and 1 <= len(found) <= _MOST_POSITIONS):
            raise ParameterError(f"position: expected 1 to {_MOST_POSITIONS} positions, found {found!r}")
        position = tuple(_number({"position": value}, "position", 0.0, 1.0) for value in found)
        if loop and len(position) > 1:
            raise ParameterError("position: a loop stays at one; leave out the loop to move from sound to sound")
    return Settings(quality, duration, loop, fade, asked.get("mono") is True, position, seed)


def checked_takes(asked):
    """Return the number of takes in a request; `ParameterError` if it is not valid."""
    takes = _number(asked, "takes", 1, MOST_TAKES)
    if takes != int(takes):
        raise ParameterError(f"takes: expected a whole number, found {takes:g}")
    return int(takes)


def _number(asked, name, lowest, highest):
    value = asked.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"{name}: expected a number, found {value!r}")
    if not lowest <= value <= highest:
        raise ParameterError(f"{name}: expected {lowest:g} to {highest:g}, found {value:g}")
    return value


def settings_of(record):
    """Return the `Settings` in the record of a texture; `TypeError` if they are not valid."""
    settings = Settings(**record["settings"])
    return replace(settings, position=tuple(settings.position))


def command_of(settings, qualities, sources, output, *, threads):
    """Return the command for a texture. On the same machine it always makes the same file.

    Parameters
    ----------
    settings : Settings
    qualities : dict of str to Quality
    sources : sequence of dict
        One recording, or two for a morph: ``file``, relative to the app's folder, and ``facts`` from
        `texture_core.app.describe`.
    output : str
        Path of the result, relative to the app's folder.
    threads : int

    Returns
    -------
    list of str
        Arguments for ``texture-core``.
    """
    quality = qualities[settings.quality]
    command = ["morph" if len(sources) == 2 else "synthesize", *(source["file"] for source in sources)]
    if settings.position:
        command += ["--position", *(f"{value:g}" for value in settings.position)]
    command += ["--duration", f"{settings.duration:g}"]
    command += ["--loop"] if settings.loop else []
    command += ["--fade", f"{settings.fade:g}"] if settings.fade else []
    command += ["--seed", str(settings.seed), *quality.arguments]
    if len(sources) == 1:
        facts = sources[0]["facts"]
        if facts["channels"] > (1 if settings.mono else 2):
            command += ["--channels", "mono"]
        if quality.full_range and facts["sample_rate"] > COMPUTED_RATES[0]:
            command += ["--computed-rate", str(computed_transform(facts["sample_rate"], COMPUTED_RATES[-1])[0])]
    return [*command, "--threads", str(threads), "-o", output]


def relative_cost(settings, qualities, sources):
    """Estimate the computing time per second of sound, relative to mono at the first quality.

    See `command_of` for the parameters.
    """
    quality = qualities[settings.quality]
    if len(sources) == 2:
        return quality.morph_cost
    facts = sources[0]["facts"]
    rate, _ = computed_transform(facts["sample_rate"], COMPUTED_RATES[-1 if quality.full_range else 0])
    stereo = facts["channels"] == 2 and not settings.mono
    return quality.cost * (_STEREO if stereo else 1.0) * (1 + _PER_HZ * (rate - COMPUTED_RATES[0]))
