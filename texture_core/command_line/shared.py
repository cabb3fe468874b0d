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
    """Read samples and sample rate from a recording or from standard input."""
    from texture_core.audio.recording import read_recording

    if name != STANDARD_STREAM:
        return read_recording(name)
    # libsndfile needs to seek, which a pipe does not support.
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        try:
            return read_recording(file.name)
        except AudioError as error:
            raise AudioError(str(error).replace(file.name, "standard input")) from None


def tell(options, text):
    """Print a message to standard error, unless ``--quiet`` was given."""
    if not options.quiet:
        print(text, file=sys.stderr)
