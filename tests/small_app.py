"""The app with qualities that take seconds, the program ``small_app.py FOLDER PORT [TOKEN]``; tests start it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from processes import wait_for

from texture_core.app.folder import Folder
from texture_core.app.server import serve
from texture_core.app.settings import Quality
from texture_core.app.speed import Speed

_QUICK = ("--preset", "quick", "--iterations")
QUALITIES = {
    "draft": Quality("Draft", "4 iterations", (*_QUICK, "4"), False, 1.0, 4.0),
    # Cancelled by the tests.
    "good": Quality("Good", "never ends", (*_QUICK, "1000000"), False, 2.9, 12.0),
    "full": Quality("Full range", "4 iterations", (*_QUICK, "4"), True, 2.9, 12.0),
}


class RunningApp:
    """The app in a process of its own.

    Parameters
    ----------
    folder : path
    port : int, optional
        Default: any.
    token : str, optional
    measured : bool
        Whether the app has made textures in this folder before. If not, it measures the machine when it starts, which
        takes seconds.
    """

    def __init__(self, folder, port=0, token=None, measured=True):
        self.folder = folder
        if measured and not (Path(folder) / "speed.json").exists():
            Path(folder).mkdir(exist_ok=True)
            Speed(Path(folder) / "speed.json", threads=1).add(cost=1.0, rate=1.0, start=1.0, after=1.0)
        arguments = [str(folder), str(port), *([token] if token else [])]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, env=environment
        )
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http"), "the app did not start"

    def close(self, number=signal.SIGINT):
        """End the app by a signal; return its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            return self.process.wait(20)
        finally:
            self.process.stdout.close()

    def request(self, path, value=None, *, method=None, data=None, headers=()):
        """Ask as the page does; return status and decoded answer."""
        if value is not None:
            data = json.dumps(value).encode()
        method = method or ("GET" if data is None else "POST")
        origin = {} if method == "GET" else {"Origin": self.address.rstrip("/")}
        asked = urllib.request.Request(self.address + path, data=data, method=method, headers=origin | dict(headers))
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body

    def state(self):
        """Return the state that pages get."""
        return self.request("api/state")[1]

    def sound(self, name):
        """Return one sound of the state; None if it is not there."""
        return next((sound for sound in self.state()["sounds"] if sound["name"] == name), None)

    def drop(self, path, title=None):
        """Upload a file."""
        return self.request(f"api/recordings?title={quote(title or path.name)}", data=path.read_bytes(), method="POST")

    def wait(self, name, *states, seconds=120):
        """Wait until a sound is in one of some states; return it."""

        def found():
            sound = self.sound(name)
            return sound if sound is not None and sound["state"] in states else None

        return wait_for(found, seconds, lambda: f"{name} is not {states}: {self.sound(name)}")


if __name__ == "__main__":
    serve(
        Folder(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        token=sys.argv[3] if len(sys.argv) > 3 else None,
        qualities=QUALITIES,
        threads=1,
        on_start=lambda address: print(address, flush=True),
    )
