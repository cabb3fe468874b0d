"""The jobs of the app: a queue of textures, each made by a command in a separate process."""

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path

from texture_core.app.folder import DONE, FAILED, QUEUED, RUNNING, STOPPED, sha256_of
from texture_core.app.settings import Settings, command_of, relative_cost, settings_of
from texture_core.app.words import in_words
from texture_core.errors import AudioError, StorageError, TextureError

_ERROR = "texture-core: error: "
# Of longer sounds only the beginning is scored, because scores would take minutes and gigabytes.
SCORED_SECONDS = 20.0
_CALIBRATION_SECONDS = 3.0
_SIMULTANEOUS_READERS = 2
# Of a texture, from which on its own pace says more about the time left than the estimate.
_TELLING_SHARE = 0.05
_STEPS = {"synthesize": "Synthesising", "describe": "Drawing", "score": "Comparing"}


class Changes:
    """Version of the app's state, with a way to wait for the next."""

    def __init__(self):
        self.version = 0
        self._event, self._closed = asyncio.Event(), False

    def announce(self):
        """Increase the version and wake all who wait."""
        self.version += 1
        self._event.set()
        self._event = asyncio.Event()

    def close(self):
        """Wake all who wait; later calls of `wait` return at once."""
        self._closed = True
        self.announce()

    async def wait(self, version, seconds):
        """Wait until the version differs from `version`, for at most `seconds`."""
        if version == self.version and not self._closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._event.wait(), seconds)


class Jobs:
    """Make the queued textures of a folder one after another, and read recordings at the same time.

    Parameters
    ----------
    folder : Folder
    speed : Speed
    qualities : dict of str to Quality
    threads : int
        Number of threads of each command.

    Attributes
    ----------
    changes : Changes
    """

    def __init__(self, folder, speed, qualities, threads):
        self.folder, self.speed, self.qualities, self.threads = folder, speed, qualities, threads
        self.changes, self._progress = Changes(), {}
        self._readers = asyncio.Semaphore(_SIMULTANEOUS_READERS)
        self._queue, self._wanted = [], asyncio.Event()
        self._running = self._process = self._cancelled = None
        self._ended = asyncio.Event()
        self._closing = False
        self._processes = set()
        for record in folder.textures():
            if record["state"] in (QUEUED, RUNNING):
                if (folder.path / record["file"]).exists():
                    # Synthesised, but not drawn and scored.
                    self._queue.append(record["name"])
                else:
                    record["state"] = STOPPED
                    folder.save(record)
        if self._queue:
            self._wanted.set()

    async def run(self):
        """Make queued textures until cancelled."""
        if not self.speed.known and not self._queue:
            try:
                await self._calibrate()
            except (TextureError, OSError) as error:
                # Without it, times are estimated from the first texture on.
                print(f"texture-core: the speed of this machine was not measured: {error}", file=sys.stderr)
        while True:
            await self._wanted.wait()
            while self._queue:
                self._running = self._queue.pop(0)
                record = self.folder.sounds[self._running]
                try:
                    await self._make(record)
                except Exception as error:
                    # Whatever the error, the queue continues.
                    if not isinstance(error, TextureError | OSError):
                        traceback.print_exc()
                    record |= {"state": FAILED, "error": str(error) or type(error).__name__}
                    # The disk may be full.
                    with suppress(StorageError):
                        self.folder.save(record)
                finally:
                    self._progress.pop(self._running, None)
                    self._running = None
                    self._ended.set()
                    self.changes.announce()
            self._wanted.clear()

    def add(self, record):
        """Add a texture to the folder and the queue."""
        record["state"] = QUEUED
        self.folder.add(record)
        self._queue.append(record["name"])
        self._wanted.set()
        if self._running is None and self._process:
            # Calibration is not needed any more: the texture measures the machine as well.
            _kill(self._process)
        self.changes.announce()

    def position(self, name):
        """Return the number of textures to make before this one; None if it is not queued."""
        return self._queue.index(name) + (self._running is not None) if name in self._queue else None

    def progress(self, name):
        """Return the progress of a running texture: ``step``, ``share`` (0 to 1) and ``left`` (seconds or None)."""
        if name not in self._progress:
            return None
        step, share, end = self._progress[name]
        return {"step": step, "share": share, "left": None if end is None else max(end - time.monotonic(), 0.0)}

    async def remove(self, name):
        """Remove a sound. If it is being made, end its processes first."""
        if name in self._queue:
            self._queue.remove(name)
        elif name == self._running:
            self._cancelled = name
            self._ended.clear()
            if self._process:
                _kill(self._process)
            await self._ended.wait()
            self._cancelled = None
        # Two windows may remove the same sound.
        if name in self.folder.sounds:
            self.folder.remove(name)
        self.changes.announce()

    def close(self):
        """End all processes and all waiting."""
        self._closing = True
        self.changes.close()
        for process in self._processes:
            _kill(process)

    async def read(self, path, name, title, *, like=None):
        """Read a sound in a separate process, and write what the page plays and shows.

        Parameters
        ----------
        path : Path
        name : str
            Name of the sound.
        title : str
            Name for messages.
        like : dict, optional
            Facts of the recording whose colour scale the picture uses; None for a recording.

        Returns
        -------
        dict
            See `texture_core.app.describe.describe`.

        Raises
        ------
        AudioError
            If the sound cannot be used.
        """
        places = ["--picture", self.folder.picture(name), "--listening", self.folder.listening(name)]
        scale = ["--unit", repr(like["unit"]), "--maximum", repr(like["maximum"])] if like else ["--recording"]
        code, output, lines = await self._run("texture_core.app.describe", path, *places, *scale)
        if code:
            raise AudioError(_message(code, lines).replace(str(path), title))
        return json.loads(output)

    async def read_recording(self, path, name, title):
        """Read a recording with `read`, a few at the same time."""
        async with self._readers:
            return await self.read(path, name, title)

    async def _make(self, record):
        record["state"] = RUNNING
        record.pop("error", None)
        self.folder.save(record)
        self._show(record, "synthesize", 0.0, self.seconds_of(record))
        try:
            sources = [self.folder.sounds[name] for name in record["sources"] if name in self.folder.sounds]
            if len(sources) < len(record["sources"]):
                raise AudioError("the recording that it is made from is not there any more")
            output = self.folder.path / record["file"]
            measured = {} if output.exists() else await self._synthesize(record, sources)
            if self._stopped(record):
                return
            ended = time.monotonic()
            self._show(record, "describe", 1.0, None)
            record["facts"] = await self.read(output, record["name"], record["title"], like=sources[0]["facts"])
            if len(sources) == 1 and not self._stopped(record):
                self._show(record, "score", 1.0, self.speed.after or None)
                await self._score(record, sources[0])
            if not self._stopped(record):
                record["sha256"] = await asyncio.to_thread(sha256_of, output)
                record["state"] = DONE
                if measured:
                    after = time.monotonic() - ended if len(sources) == 1 else None
                    self.speed.add(**measured, after=after)
        except AudioError as error:
            if self._stopped(record):
                return
            record |= {"state": FAILED, "error": str(error)}
        self.folder.save(record)

    def _stopped(self, record):
        return self._closing or self._cancelled == record["name"]

    async def _synthesize(self, record, sources):
        """Run the command of a texture; return its times for `Speed.add`, empty if it reported no progress."""
        started = time.monotonic()
        estimated = self.seconds_of(record)
        begun = None

        def on_line(line):
            nonlocal begun
            if line["iteration"] == 0:
                return
            now = time.monotonic()
            begun = begun or now
            share = line["iteration"] / max(line["total"], 1)
            if share > _TELLING_SHARE:
                left = (now - begun) * (1 - share) / share + (self.speed.after if len(sources) == 1 else 0.0)
            else:
                left = estimated and max(estimated - (now - started), 0.0)
            self._show(record, "synthesize", share, left)

        code, _, lines = await self._run(
            "texture_core.command_line", *record["command"], "--progress", "json", on_progress=on_line
        )
        if code:
            self.folder.remove_unfinished_of(record["name"])
            raise AudioError(_message(code, lines))
        record["took"] = time.monotonic() - started
        record["notes"] = _notes(lines, Path(record["file"]).name)
        if not begun:
            return {}
        settings = settings_of(record)
        rate = (time.monotonic() - begun) / settings.duration
        return {"cost": relative_cost(settings, self.qualities, sources), "rate": rate, "start": begun - started}

    async def _score(self, record, source):
        arguments = ["score", source["file"], record["file"], "--json", "--seconds", f"{SCORED_SECONDS:g}"]
        code, output, lines = await self._run("texture_core.command_line", *arguments)
        # Without scores the sound is still finished.
        record["scores"] = json.loads(output) if code == 0 else None
        record["words"] = in_words(record["scores"]) if code == 0 else []
        if code and not self._stopped(record):
            record["notes"] = [*record.get("notes", []), f"not compared: {_message(code, lines)}"]

    def seconds_of(self, record):
        """Estimate the time to make a texture, in seconds; None if it cannot be estimated yet."""
        sources = [self.folder.sounds[name] for name in record["sources"] if name in self.folder.sounds]
        if len(sources) < len(record["sources"]):
            return None
        settings = settings_of(record)
        cost = relative_cost(settings, self.qualities, sources)
        return self.speed.seconds(cost, settings.duration, scored=len(sources) == 1)

    def _show(self, record, step, share, left):
        end = None if left is None else time.monotonic() + left
        self._progress[record["name"]] = _STEPS[step], share, end
        self.changes.announce()

    async def _calibrate(self):
        with tempfile.TemporaryDirectory() as folder:
            await asyncio.to_thread(write_demo, Path(folder) / "rain.wav", "rain", _CALIBRATION_SECONDS)
            quality = next(iter(self.qualities))
            settings = Settings(quality, _CALIBRATION_SECONDS, False, 0.0, True, (), 0)
            facts = {"channels": 1, "sample_rate": 16000}
            source = {"file": str(Path(folder) / "rain.wav"), "facts": facts}
            command = command_of(
                settings, self.qualities, [source], str(Path(folder) / "texture.wav"), threads=self.threads
            )
            started, begun = time.monotonic(), []
            code, _, _ = await self._run(
                "texture_core.command_line",
                *command,
                "--progress",
                "json",
                on_progress=lambda line: begun or line["iteration"] == 0 or begun.append(time.monotonic()),
            )
            ended = time.monotonic()
            if code == 0:
                # As long as a texture's picture and scores take.
                texture = Path(folder) / "texture.wav"
                code, _, _ = await self._run("texture_core.command_line", "score", source["file"], texture, "--json")
            if code == 0 and begun:
                rate = (ended - begun[0]) / _CALIBRATION_SECONDS
                cost = relative_cost(settings, self.qualities, [source])
                self.speed.add(cost=cost, rate=rate, start=begun[0] - started, after=time.monotonic() - ended)
                self.changes.announce()

    async def _run(self, module, *arguments, on_progress=None):
        """Run a module in the folder; return its exit code, output and the lines of standard error without progress."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "texture_core.app.child", str(os.getpid()), module, *map(str, arguments)),
            cwd=self.folder.path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._processes.add(process)
        queued = on_progress or module != "texture_core.app.describe"
        if queued:
            self._process = process
        try:
            if self._closing or (queued and self._running and self._cancelled == self._running):
                _kill(process)
            output, lines = await asyncio.gather(process.stdout.read(), _lines(process.stderr, on_progress))
            return await process.wait(), output, lines
        finally:
            _kill(process)
            self._processes.discard(process)
            if queued:
                self._process = None


def write_demo(path, name, seconds, sample_rate=16000):
    """Write a demo texture as a WAV file of 16 bits."""
    import soundfile

    from texture_core.demo import demo_texture
    from texture_core.records.files import replacing

    with replacing(path) as temporary:
        samples = demo_texture(name, duration=seconds, sample_rate=sample_rate)
        soundfile.write(temporary, samples, sample_rate, format="WAV", subtype="PCM_16")


def upload_path(folder, suffix):
    """Return a temporary path for an upload."""
    return folder.path / "recordings" / f".upload-{secrets.token_hex(8)}{suffix}"


async def _lines(stream, on_progress):
    """Read standard error line by line; pass progress to `on_progress` and return the last other lines."""
    rest = []
    async for line in stream:
        text = line.decode(errors="replace").strip()
        if on_progress and text.startswith('{"progress"'):
            on_progress(json.loads(text))
        elif text:
            rest = [*rest, text][-20:]
    return rest


def _kill(process):
    # The whole process group, because the process may have children.
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _message(code, lines):
    if code < 0:
        return f"the process was ended by {signal.Signals(-code).name}, perhaps for want of memory; try a shorter sound"
    told = lines[-1] if lines else f"the process ended with exit code {code}"
    return told.removeprefix(_ERROR)


def _notes(lines, file_name):
    notes = []
    for line in lines:
        summary = line.startswith(f"{file_name}: ")
        # In the summary, notes follow a semicolon.
        note = line.partition("; ")[2] if summary else line
        if note:
            notes.append(note)
    return notes
