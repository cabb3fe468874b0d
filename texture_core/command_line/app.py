"""``texture-core app``."""

import secrets
import webbrowser
from pathlib import Path

from texture_core.command_line.shared import add_command
from texture_core.command_line.textures import number
from texture_core.errors import ParameterError
from texture_core.parameters.statement import Statement


def add(commands):
    command = add_command(
        commands,
        "app",
        _app,
        "open a page in the browser: drop a sound, hear new ones",
        ("", "--folder ~/Music/textures", "--host 0.0.0.0 --no-browser"),
    )
    command.add_argument(
        "--folder", default="~/Textures", help="where recordings and results are kept (default: ~/Textures)"
    )
    command.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; if other machines can reach it, the page's address has a secret token (default: "
        "127.0.0.1)",
    )
    command.add_argument(
        "--port", type=int, default=8765, help="port; another free one is taken if it is in use (default: 8765)"
    )
    command.add_argument(
        "--threads",
        type=number(Statement(int, minimum=1)),
        metavar="N",
        help="threads of a job (default: one fewer than there are processors)",
    )
    command.add_argument("--no-browser", action="store_true", help="only print the page's address")


def _app(options):
    try:
        from texture_core.app.server import serve
    except ModuleNotFoundError as error:
        raise ParameterError(
            f'the app needs the package {error.name}, which is not installed: pip install "texture-core[app]"'
        ) from error
    from texture_core.app.folder import Folder
    from texture_core.app.guard import LOOPBACK

    token = None if options.host in LOOPBACK else secrets.token_urlsafe(32)
    folder = Folder(Path(options.folder))

    def on_start(address):
        print(address)
        if options.host == "0.0.0.0":
            print("From another machine: the same with this machine's name in place of 127.0.0.1.")
        print(f"Sounds are kept in {folder.path}. Ctrl-C ends the app.", flush=True)
        if not options.no_browser:
            webbrowser.open(address)

    serve(folder, host=options.host, port=options.port, token=token, threads=options.threads, on_start=on_start)
    return 0
