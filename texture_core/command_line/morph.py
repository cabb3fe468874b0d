"""``texture-core morph``."""

from pathlib import Path

from texture_core.command_line.shared import STANDARD_STREAM, add_command, note_of_sample, read, tell
from texture_core.command_line.textures import add_texture_options, make_textures, number, output_paths, parameters_of
from texture_core.errors import ParameterError
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.statement import Statement


def add(commands):
    command = add_command(
        commands,
        "morph",
        _morph,
        "synthesise a texture between two recordings, or one that moves from one to the other",
        (
            "rain.wav fire.wav",
            "rain.wav fire.wav --position 0.3 --loop --duration 8 -o rain-with-fire.wav",
            "rain.wav fire.wav --position 0 1 --duration 20 -o rain-into-fire.wav",
            "rain.wav fire.wav --position 0 1 0 --duration 60 -o there-and-back.flac",
        ),
    )
    command.add_argument("first", help="recording in any format that libsndfile reads; - reads standard input")
    command.add_argument("second", help="second recording; length and sample rate may differ from the first")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="output file, .wav, .flac, .aiff or .ogg, at the first recording's sample rate; - writes WAV to standard "
        "output (default: FIRST-SECOND.wav in the current folder)",
    )
    command.add_argument(
        "--position",
        type=number(Statement(float, minimum=0, maximum=1)),
        nargs="+",
        default=[0.5],
        metavar="P",
        help="position between the first recording, 0, and the second, 1; with several, the morph moves through them, "
        "equally spaced in time (default: 0.5)",
    )
    add_texture_options(command)


def _morph(options):
    names = [options.first, options.second]
    if names == [STANDARD_STREAM, STANDARD_STREAM]:
        raise ParameterError("expected - for one recording at most, found it for both; name a file for the other")
    outputs = output_paths(options, names, f"{Path(options.first).stem}-{Path(options.second).stem}.wav")
    from texture_core.texture.morphing import plan_morph_of_recordings

    first, second = recordings = [read(name) for name in names]
    for name, recording in zip(names, recordings, strict=True):
        tell(options, note_of_sample(name, recording))
    parameters = parameters_of(options, min(first.seconds, second.seconds))
    output = OutputParameters(duration=options.duration, loop=options.loop)
    plan = plan_morph_of_recordings(first, second, options.position, parameters, output)
    used = {"first": (first.samples, first.sample_rate), "second": (second.samples, second.sample_rate)}
    if plan.morph is None:
        del used["second" if options.position[0] == 0 else "first"]
    return make_textures(options, plan, used, outputs)
