"""The command line ``texture-core``: synthesise, morph, score and inspect one sound at a time, or open the app.

Each command has its own module. Modules that are slow to import are imported by the function that needs them, so that
``--help`` answers at once.
"""

import argparse
import os
import sys

from texture_core import __version__
from texture_core.command_line import app, inspect, morph, recreate, score, synthesize
from texture_core.command_line.shared import EXIT_CODES, INTERRUPTED, USER_ERROR
from texture_core.errors import TextureError


def main(arguments=None):
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        Command-line arguments; default: those of the process.

    Returns
    -------
    int
        The exit code: 0 for success, 1 for an error that the user can fix, 130 if interrupted. Wrong usage raises
        ``SystemExit`` with code 2, as in argparse.
    """
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except TextureError as error:
        print(f"texture-core: error: {' '.join(str(error).split())}", file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:
        # The reader of the output is gone; flushing the rest at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USER_ERROR
    except KeyboardInterrupt:
        print("texture-core: interrupted; unfinished files were not written", file=sys.stderr)
        return INTERRUPTED


def build_parser():
    """Build the `argparse.ArgumentParser` of all commands."""
    parser = argparse.ArgumentParser(
        prog="texture-core",
        description="Synthesise audio textures: new rain from a recording of rain, new applause from applause.",
        epilog=f"examples:\n"
        f"  texture-core synthesize rain.wav --duration 60 -o more-rain.wav\n"
        f"  texture-core morph rain.wav fire.wav --position 0 1 --duration 20 -o rain-into-fire.wav\n"
        f"  texture-core score rain.wav more-rain.wav\n"
        f"  texture-core inspect results/demo/full/synthesis/rain.h5\n"
        f"  texture-core app\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"texture-core {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (synthesize, morph, score, inspect, recreate, app):
        command.add(commands)
    return parser
