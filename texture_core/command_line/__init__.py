"""``texture-core``: synthesise, morph, score and inspect from a shell, one sound at a time.

Each command has a module of its own. Everything that takes time to import is imported by the function that needs it, so
that ``--help`` answers at once.
"""

import argparse
import os
import sys

from texture_core import __version__
from texture_core.command_line import inspect, morph, recreate, score, synthesize
from texture_core.command_line.shared import EXIT_CODES, INTERRUPTED, USER_ERROR
from texture_core.errors import TextureError


def main(arguments=None):
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        Default: those of the process.

    Returns
    -------
    int
        The exit code: 0; 1 for an error that the user can mend, told in one line; 130 if interrupted. Wrong usage
        leaves with code 2 by ``SystemExit``, as argparse does.
    """
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except TextureError as error:
        print(f"texture-core: error: {' '.join(str(error).split())}", file=sys.stderr)
        return USER_ERROR
    except BrokenPipeError:
        # Whoever read the output has left; what is still buffered may not fail again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USER_ERROR
    except KeyboardInterrupt:
        print("texture-core: interrupted; what was not finished was not written", file=sys.stderr)
        return INTERRUPTED


def build_parser():
    """The `argparse.ArgumentParser` of all commands."""
    parser = argparse.ArgumentParser(
        prog="texture-core",
        description="New sounds of the kind that a recording shows: rain from rain, applause from applause.",
        epilog=f"examples:\n"
        f"  texture-core synthesize rain.wav --duration 60 -o more-rain.wav\n"
        f"  texture-core morph rain.wav fire.wav --position 0 1 --duration 20 -o rain-into-fire.wav\n"
        f"  texture-core score rain.wav more-rain.wav\n"
        f"  texture-core inspect results/demo/full/synthesis/rain.h5\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"texture-core {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (synthesize, morph, score, inspect, recreate):
        command.add(commands)
    return parser
