"""Check recordings, header and samples, before any computation."""

from pathlib import Path

from planning.problems import listing
from texture_core.audio.recording import check_recording
from texture_core.errors import AudioError, StorageError
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import AudioParameters
from texture_core.records.files import read_json


def look_at(corpus, audio, paths):
    """Check recordings and separate the usable from the unusable.

    Parameters
    ----------
    corpus : mapping
        Result of `planning.jobs.Jobs.corpus`.
    audio : mapping
        Result of `planning.jobs.Jobs.audio`.
    paths : mapping
        Texture's name to path; textures without a path are skipped.

    Returns
    -------
    usable : list of dict
        Name, class, also_class, title, duration (s), sample_rate (Hz), channels.
    bad : list of dict
        Texture and reason.
    """
    parameters = read_back(AudioParameters, audio)
    usable, bad = [], []
    for texture in corpus["textures"]:
        if texture["name"] not in paths:
            continue
        try:
            facts = check_recording(paths[texture["name"]], parameters, corpus["minimum_seconds"])
            _check_channels(paths[texture["name"]], facts["channels"], corpus.get("keeping_channels", ()))
        except AudioError as error:
            bad.append({"texture": texture["name"], "reason": str(error)})
        else:
            usable.append(texture | facts)
    return usable, bad


def _check_channels(path, channels, settings):
    if channels > 2 and settings:
        raise AudioError(
            f"{path}: has {channels} channels, expected one or two for setting {listing(settings)}; mix them with "
            "channels: mono"
        )


def demands(corpus, audio):
    """Return the requirements on recordings, which a report records."""
    return {"audio": audio, **{key: corpus[key] for key in ("minimum_seconds", "keeping_channels") if key in corpus}}


def facts(paths):
    """Return path and size in bytes by texture, which identify the recordings that were checked."""
    return {name: {"path": str(path), "bytes": Path(path).stat().st_size} for name, path in paths.items()}


def not_yet_seen(corpus, audio, paths, report):
    """Return the recordings that an earlier report does not cover.

    Parameters
    ----------
    corpus, audio, paths
        See `look_at`.
    report : path
        ``corpus_check.json`` of an earlier check; it need not exist.

    Returns
    -------
    dict
        Texture's name to path.
    """
    report = Path(report)
    try:
        known = read_json(report)
        if known["demands"] != demands(corpus, audio):
            return dict(paths)
        usable = {texture["name"] for texture in known["textures"]}
        seen = {name: known["recordings"][name] for name in usable}
        made = report.stat().st_mtime_ns
        now = facts(paths)
    except (StorageError, OSError, KeyError, TypeError):
        return dict(paths)
    return {name: path for name, path in paths.items() if now[name] != seen.get(name) or _changed(path) >= made}


def _changed(path):
    # A copy may keep the modification time of its original, but not its change time.
    status = Path(path).stat()
    return max(status.st_mtime_ns, status.st_ctime_ns)


def refusal(bad, corpus):
    """Compose the message of a failed check: all unusable recordings, and what to do."""
    count = len(corpus["textures"]) + len(corpus["left_out"])
    lines = [
        f"check_corpus: {len(bad)} of {count} recordings cannot be used.",
        *(f"  - texture {item['texture']}: {item['reason']}" for item in bad),
        f"A recording must last at least {corpus['minimum_seconds']:.3f} s, for {corpus['minimum_reason']}.",
    ]
    if corpus["bad_textures"] == "stop":
        lines.append(
            "Repair them or remove them from the corpus; with bad_textures: skip, the run continues without them."
        )
    else:
        lines.append("No usable recording is left; repair them.")
    return "\n".join(lines)
