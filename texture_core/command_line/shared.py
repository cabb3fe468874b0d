"""What the commands have in common."""

import argparse
import shutil
import sys
import tempfile

from texture_core.errors import AudioError

USER_ERROR, INTERRUPTED = 1, 130
STANDARD_STREAM = "-"
EXIT_CODES = "exit codes: 0 done, 1 an error that the message explains, 2 wrong usage, 130 interrupted"


def add_command(commands, name, run, summary, examples):
    """The new command's parser, which calls `run` with the options."""
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
    """Samples and sample rate of the recording of that name, or of standard input."""
    from texture_core.audio.recording import read_recording

    if name != STANDARD_STREAM:
        return read_recording(name)
    # libsndfile seeks, which a pipe cannot.
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        try:
            return read_recording(file.name)
        except AudioError as error:
            raise AudioError(str(error).replace(file.name, "standard input")) from None


def tell(options, text):
    """Say it on standard error, unless quiet was asked for."""
    if not options.quiet:
        print(text, file=sys.stderr)
