"""Functions shared by the commands."""

import argparse
import shutil
import sys
import tempfile

from texture_core.errors import AudioError

USER_ERROR, INTERRUPTED = 1, 130
STANDARD_STREAM = "-"
EXIT_CODES = "exit codes: 0 success, 1 error (see the message), 2 wrong usage, 130 interrupted"


def add_command(commands, name, run, summary, examples):
    """Add a command that calls `run` with the parsed options; return its parser."""
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog="examples:\n"
        + "".join(f"  texture-core {name} {example}\n" for example in examples)
        + f"\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def read(name):
    """Read a `texture_core.audio.recording.Recording`, a sample if it is long, from a file or from standard input."""
    from texture_core.audio.recording import read_sample

    if name != STANDARD_STREAM:
        return read_sample(name)
    # libsndfile needs to seek, which a pipe does not support.
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        try:
            return read_sample(file.name)
        except AudioError as error:
            raise AudioError(str(error).replace(file.name, "standard input")) from None


def tell(options, text):
    """Print a message, if there is one, to standard error, unless ``--quiet`` was given."""
    if text and not options.quiet:
        print(text, file=sys.stderr)


def note_of_sample(name, recording):
    """Return a message if a sample represents a recording, otherwise None."""
    from texture_core.audio.stretches import SAMPLE

    if not recording.is_sample:
        return None
    kept = f"{SAMPLE.stretches} stretches of {SAMPLE.seconds:g} s, spread over all of it"
    return f"{name} lasts {recording.seconds:.0f} s: its statistics are those of {kept}"
