"""What is made of a recording: how long, how often, and in which form; the options of ``texture-core synthesize``."""

from dataclasses import dataclass

from texture_core.parameters.field import ParameterSet, parameter

FORMATS = ("wav", "flac", "aiff", "ogg")
# By file name extension; what is not here cannot be written.
_OWN_FORMATS = {
    ".aif": "aiff",
    ".aifc": "aiff",
    ".aiff": "aiff",
    ".flac": "flac",
    ".oga": "ogg",
    ".ogg": "ogg",
}


@dataclass(frozen=True)
class OutputParameters(ParameterSet):
    """The sounds that a setting makes of a recording."""

    duration: float | None = parameter(
        None,
        "Duration of the result; null makes it as long as the recording.",
        unit="seconds",
        above=0,
        wording="seconds above 0, or null for that of the recording",
    )
    loop: bool = parameter(False, "Whether to make a seamless loop.")
    takes: int = parameter(
        1,
        "How many textures to make of a recording, with consecutive seeds. More takes leave those that there are.",
        minimum=1,
    )
    channels: str = parameter(
        "keep",
        "keep stereo, with its width and balance, or mix all channels to mono; more than two channels require mono.",
        choices=("keep", "mono"),
    )
    computed_rate: int = parameter(
        16000,
        "Sample rate of the synthesis in Hz. Frequencies above half of it are lost, and higher rates take longer; the "
        "result has the recording's sample rate.",
        choices=(16000, 24000, 32000, 48000),
    )
    encoding: str = parameter("pcm24", "Sample encoding of WAV, FLAC and AIFF.", choices=("pcm16", "pcm24", "float"))
    format: str = parameter(
        "own",
        "File format; own takes that of the recording, or WAV where it is one that cannot be written, such as MP3.",
        choices=("own", *FORMATS),
    )

    def format_for(self, suffix):
        """The format, one of `FORMATS`, for a recording with a file name extension such as ``.mp3``."""
        return _OWN_FORMATS.get(suffix.lower(), "wav") if self.format == "own" else self.format
