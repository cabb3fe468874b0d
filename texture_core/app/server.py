"""The app's web server: the page, its sounds and its API."""

import asyncio
import json
import shlex
import socket
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from texture_core import __version__
from texture_core.app import settings as limits
from texture_core.app.archive import blocks, zipped
from texture_core.app.folder import (
    DONE,
    FAILED,
    RECORDING,
    STOPPED,
    TEXTURE,
    sha256_of,
    suffix_of,
    title_of,
)
from texture_core.app.guard import LOOPBACK, Guard
from texture_core.app.jobs import SCORED_SECONDS, Jobs, upload_path, write_demo
from texture_core.app.settings import QUALITIES, checked_settings, checked_takes, command_of, relative_cost, settings_of
from texture_core.app.speed import Speed
from texture_core.demo import demo_texture_names
from texture_core.errors import ParameterError, StorageError, TextureError
from texture_core.runtime.threads import default_threads

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "/": (_PAGE / "index.html", "text/html"),
    "/app.js": (_PAGE / "app.js", "text/javascript"),
    "/app.css": (_PAGE / "app.css", "text/css"),
    "/icon.svg": (_PAGE / "icon.svg", "image/svg+xml"),
    # The page looks like that of the studies.
    "/listening.css": (Path(__file__).parents[1] / "report/templates/listening.css", "text/css"),
}
_DEMO_SECONDS, _DEMO_RATE = 5.0, 44100
_LONGEST_MESSAGE_BYTES = 65536
_WAIT_SECONDS = 25.0
_UPLOADS = 4


class _Problem(TextureError):
    """An error of a request; the page shows its message.

    Parameters
    ----------
    text : str
    status : int
        HTTP status code.
    """

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status


def make_app(folder, *, qualities=QUALITIES, threads=None, token=None):
    """Create the ASGI application for a folder.

    Parameters
    ----------
    folder : Folder
    qualities : dict of str to Quality
    threads : int, optional
        Number of threads of each job; default: that of `default_threads`.
    token : str, optional
        See `texture_core.app.guard.Guard`.
    """
    threads = threads or default_threads()
    speed = Speed(folder.path / "speed.json", threads)
    handlers = _Handlers(folder, speed, qualities, threads)

    @asynccontextmanager
    async def lifespan(app):
        jobs = handlers.jobs = app.state.jobs = Jobs(folder, speed, qualities, threads)
        running = asyncio.create_task(jobs.run())
        yield
        jobs.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    routes = [
        *(Route(path, _file(*place)) for path, place in _FILES.items()),
        Route("/api/state", handlers.state),
        Route("/api/recordings", handlers.upload, methods=["POST"]),
        Route("/api/demo", handlers.demo, methods=["POST"]),
        Route("/api/estimate", handlers.estimate, methods=["POST"]),
        Route("/api/textures", handlers.make, methods=["POST"]),
        Route("/api/sounds/{name}", handlers.remove, methods=["DELETE"]),
        Route("/api/sounds/{name}/again", handlers.again, methods=["POST"]),
        Route("/sounds/{name}.png", handlers.picture),
        Route("/sounds/{name}.flac", handlers.listen),
        Route("/download/textures.zip", handlers.download_all),
        Route("/download/{name}.wav", handlers.download_wav),
        Route("/download/{name}.flac", handlers.download_flac),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={TextureError: _told, OSError: _told})
    return Guard(app, token)


def serve(folder, *, host="127.0.0.1", port=8765, token=None, on_start=print, **options):
    """Serve a folder until interrupted.

    Parameters
    ----------
    folder : Folder
    host : str
        Address to listen on.
    port : int
        If it is in use, another free port is used.
    token : str, optional
        Required for addresses that other machines can reach.
    on_start : callable
        Called with the page's address.
    **options
        Further arguments of `make_app`.

    Raises
    ------
    ParameterError
        If the address does not exist, or other machines can reach it and there is no token.
    """
    if host not in LOOPBACK and not token:
        raise ParameterError(f"host: {host} can be reached from other machines, which needs a token")
    listening = _listen(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "127.0.0.1") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}/"
    folder.note_address(address)
    app = make_app(folder, token=token, **options)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        # Seconds for responses that are being sent.
        timeout_graceful_shutdown=2,
    )
    on_start(f"{address}?token={token}" if token else address)
    try:
        # uvicorn raises the interrupt again after its shutdown.
        with suppress(KeyboardInterrupt):
            _Server(config, lambda: app.app.state.jobs.close()).run(sockets=[listening])
    finally:
        listening.close()
        folder.close()


class _Server(uvicorn.Server):
    """A server that stops the jobs before it waits for open connections.

    Parameters
    ----------
    config : uvicorn.Config
    stop : callable
        Stops the jobs.
    """

    def __init__(self, config, stop):
        super().__init__(config)
        self._stop = stop

    async def shutdown(self, sockets=None):
        """Shut down."""
        self._stop()
        await super().shutdown(sockets)


def _listen(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in (port, 0):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, wanted))
            # Before the address is printed, so that early requests wait.
            listening.listen()
            return listening
        except OSError as error:
            listening.close()
            if wanted == 0:
                raise ParameterError(f"host: cannot listen on {host} ({error.strerror})") from error
        except OverflowError:
            listening.close()
            raise ParameterError(f"port: expected 0 to 65535, found {port}") from None
    raise AssertionError("one of the two returns or raises")


class _Handlers:
    """Request handlers, one method each."""

    def __init__(self, folder, speed, qualities, threads):
        self.folder, self.speed, self.qualities, self.threads = folder, speed, qualities, threads
        self.jobs = None
        self._uploads = 0
        # Names of recordings that are being read, so that no two get the same.
        self._reserved = set()

    async def state(self, request):
        """Send the state; if the page has the current version, wait for the next one first."""
        seen = request.query_params.get("version", "")
        changes = self.jobs.changes
        if seen.isascii() and seen.isdigit():
            await changes.wait(int(seen), _WAIT_SECONDS)
        return _json(
            {
                "version": changes.version,
                "product": __version__,
                "folder": str(self.folder.path),
                "measured": self.speed.known,
                "demos": demo_texture_names(),
                "qualities": [
                    {"name": name, "title": quality.title, "hint": quality.hint, "full_range": quality.full_range}
                    for name, quality in self.qualities.items()
                ],
                "limits": {
                    "bytes": limits.UPLOAD_BYTES,
                    "recording": limits.LONGEST_RECORDING_SECONDS,
                    "texture": limits.LONGEST_TEXTURE_SECONDS,
                    "takes": limits.MOST_TAKES,
                    "scored": SCORED_SECONDS,
                },
                "sounds": [self._shown(record) for record in self.folder.sounds.values()],
            }
        )

    def _shown(self, record):
        shown = {key: value for key, value in record.items() if key not in ("command", "scores", "sha256")}
        if record["kind"] == TEXTURE:
            shown["command"] = (
                f"cd {shlex.quote(str(self.folder.path))} && {shlex.join(['texture-core', *record['command']])}"
            )
            shown["progress"] = self.jobs.progress(record["name"])
            shown["position"] = self.jobs.position(record["name"])
            shown["missing"] = self._is_missing(record)
        return shown

    def _is_missing(self, record):
        """Return whether the file of a finished texture was moved or deleted by its owner."""
        return record["state"] == DONE and not (self.folder.path / record["file"]).is_file()

    async def upload(self, request):
        """Add a recording, the body of the request."""
        sent = request.query_params.get("title", "")
        limit = limits.UPLOAD_BYTES
        too_large = _Problem(
            f"is larger than {limit // 10**6} MB, the most that is taken here; cut out a typical part", 413
        )
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > limit:
            raise too_large
        if self._uploads >= _UPLOADS:
            raise _Problem("is one too many at the same time; try again when the others are there", 429)
        path = upload_path(self.folder, suffix_of(sent))
        self._uploads += 1
        try:
            received = 0
            with open(path, "wb") as file:
                async for block in request.stream():
                    received += len(block)
                    if received > limit:
                        raise too_large
                    await asyncio.to_thread(file.write, block)
            return _json(await self._add_recording(path, title_of(sent), suffix_of(sent)), 201)
        finally:
            self._uploads -= 1
            path.unlink(missing_ok=True)

    async def demo(self, request):
        """Add one of the demo textures."""
        name = (await _asked(request)).get("name")
        if name not in demo_texture_names():
            raise _Problem(f"name: expected one of {', '.join(demo_texture_names())}, found {name!r}")
        path = upload_path(self.folder, ".wav")
        try:
            await asyncio.to_thread(write_demo, path, name, _DEMO_SECONDS, _DEMO_RATE)
            return _json(await self._add_recording(path, name.capitalize(), ".wav"), 201)
        finally:
            path.unlink(missing_ok=True)

    async def _add_recording(self, path, title, suffix):
        name = self.folder.unused_name(title, self._reserved)
        self._reserved.add(name)
        try:
            facts = await self.jobs.read_recording(path, name, title)
            sha256 = await asyncio.to_thread(sha256_of, path)
            for record in self.folder.recordings():
                if record["sha256"] == sha256:
                    self._remove_shown(name)
                    file = self.folder.path / record["file"]
                    if not file.exists():
                        path.replace(file)
                    return {"name": record["name"]}
            record = {
                "kind": RECORDING,
                "name": name,
                "title": title,
                "file": f"recordings/{name}{suffix}",
                "added": time.time(),
                "facts": facts,
                "sha256": sha256,
                "state": DONE,
            }
            path.replace(self.folder.path / record["file"])
            self.folder.add(record)
        except BaseException:
            self._remove_shown(name)
            raise
        finally:
            self._reserved.discard(name)
        self.jobs.changes.announce()
        return {"name": name}

    def _remove_shown(self, name):
        for file in (self.folder.picture(name), self.folder.listening(name)):
            file.unlink(missing_ok=True)

    async def estimate(self, request):
        """Estimate the seconds that the requested textures take at each quality."""
        asked = await _asked(request)
        takes = checked_takes(asked)
        groups = self._groups(asked)
        found = {}
        for name, quality in self.qualities.items():
            if quality.full_range and any(len(sources) == 2 for sources in groups):
                continue
            seconds = []
            for sources in groups:
                settings = checked_settings(asked | {"quality": name}, self.qualities, morph=len(sources) == 2, seed=0)
                cost = relative_cost(settings, self.qualities, sources)
                seconds.append(self.speed.seconds(cost, settings.duration, scored=len(sources) == 1))
            found[name] = None if None in seconds else takes * sum(seconds)
        return _json({"seconds": found})

    async def make(self, request):
        """Queue textures."""
        asked = await _asked(request)
        takes = checked_takes(asked)
        made = []
        for sources in self._groups(asked):
            for _ in range(takes):
                morph = len(sources) == 2
                settings = checked_settings(asked, self.qualities, morph=morph, seed=self.folder.next_seed())
                made.append(self._add_texture(settings, sources))
        return _json({"names": made}, 201)

    def _groups(self, asked):
        names, morph = asked.get("sources"), asked.get("morph") is True
        if not isinstance(names, list) or not names:
            raise _Problem("choose a recording first")
        records = []
        for name in names:
            record = self.folder.sounds.get(name) if isinstance(name, str) else None
            if record is None or record["kind"] != RECORDING:
                raise _Problem("a chosen recording is not there any more", 404)
            records.append(record)
        if not morph:
            return [[record] for record in records]
        if len(records) != 2:
            raise _Problem(f"a morph is between two recordings; {len(records)} are chosen")
        return [records]

    def _add_texture(self, settings, sources):
        kinds = [*(["morph"] if settings.position else []), *(["loop"] if settings.loop else [])] or ["texture"]
        parts = [*(source["name"] for source in sources), *kinds, f"{settings.duration:g}s", f"seed{settings.seed}"]
        name = self.folder.numbered("-".join(parts))
        output = f"textures/{name}.wav"
        record = {
            "kind": TEXTURE,
            "name": name,
            "title": " and ".join(source["title"] for source in sources),
            "file": output,
            "added": time.time(),
            "sources": [source["name"] for source in sources],
            "source_sha256": [source["sha256"] for source in sources],
            "settings": asdict(settings),
            "command": command_of(settings, self.qualities, sources, output, threads=self.threads),
            "texture_core_version": __version__,
        }
        self.jobs.add(record)
        return name

    async def again(self, request):
        """Make a texture that failed, was stopped or is missing again, with the same settings and seed."""
        record = self._sound(request, TEXTURE)
        if record["state"] not in (FAILED, STOPPED) and not self._is_missing(record):
            raise _Problem("is there already, or on its way", 409)
        settings = settings_of(record)
        sources = self._groups({"sources": record["sources"], "morph": len(record["sources"]) == 2})[0]
        await self.jobs.remove(record["name"])
        return _json({"names": [self._add_texture(settings, sources)]}, 201)

    async def remove(self, request):
        """Remove or cancel a sound."""
        record = self._sound(request)
        count = sum(record["name"] in texture["sources"] for texture in self.folder.textures())
        if record["kind"] == RECORDING and count:
            raise _Problem(f"{count} {'sound is' if count == 1 else 'sounds are'} made from it; remove them first", 409)
        await self.jobs.remove(record["name"])
        return Response(status_code=204)

    def _sound(self, request, kind=None):
        record = self.folder.sounds.get(request.path_params["name"])
        if record is None or kind not in (None, record["kind"]):
            raise _Problem("is not there any more", 404)
        return record

    def _finished(self, request, kind=None):
        record = self._sound(request, kind)
        if record["state"] != DONE:
            raise _Problem("is not finished", 409)
        return record

    async def picture(self, request):
        """Send a spectrogram."""
        return _sent(self.folder.picture(self._finished(request)["name"]), "image/png")

    async def listen(self, request):
        """Send the file that the page plays for a sound."""
        return _sent(self.folder.listening(self._finished(request)["name"]), "audio/flac")

    async def download_wav(self, request):
        """Send a result unchanged."""
        record = self._finished(request, TEXTURE)
        return _sent(self.folder.path / record["file"], "audio/wav", f"{record['name']}.wav")

    async def download_flac(self, request):
        """Send the same samples, compressed."""
        name = self._finished(request, TEXTURE)["name"]
        return _sent(self.folder.listening(name), "audio/flac", f"{name}.flac")

    async def download_all(self, request):
        """Send all results and their records in one file."""
        done = [record for record in self.folder.textures() if record["state"] == DONE and not self._is_missing(record)]
        if not done:
            raise _Problem("there is nothing to download yet", 404)
        file = await asyncio.to_thread(zipped, self.folder.path, done)
        headers = {"content-disposition": 'attachment; filename="textures.zip"'}
        return StreamingResponse(blocks(file), media_type="application/zip", headers=headers)


def _file(path, media_type):
    async def send(request):
        return FileResponse(path, media_type=media_type, headers={"cache-control": "no-cache"})

    return send


def _sent(path, media_type, filename=None):
    # The folder's owner may have moved it.
    if not path.is_file():
        raise _Problem(f"{path} was moved or deleted; put it back, or make the sound again", 404)
    return FileResponse(path, media_type=media_type, filename=filename)


def _json(value, status=200):
    return JSONResponse(value, status, headers={"cache-control": "no-store"})


async def _asked(request):
    """Return the JSON object in the body of a request."""
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _LONGEST_MESSAGE_BYTES:
            raise _Problem("the request is too long", 413)
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise _Problem("expected a JSON object")
    return asked


async def _told(request, error):
    status = getattr(error, "status", 507 if isinstance(error, StorageError | OSError) else 422)
    text = str(error) if isinstance(error, TextureError) else f"the folder cannot be used ({error.strerror or error})"
    answer = _json({"error": text}, status)
    if status == 413:
        # The rest of the body is not read.
        answer.headers["connection"] = "close"
    return answer
