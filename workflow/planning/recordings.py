"""Looking at the recordings themselves, header and samples, before anything is computed from any of them."""

from pathlib import Path

from texture_core.audio.recording import check_recording
from texture_core.errors import AudioError, StorageError
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import AudioParameters
from texture_core.records.files import read_json


def look_at(corpus, audio, paths):
    """Check recordings and sort the usable from the bad.

    Parameters
    ----------
    corpus : mapping
        What `planning.jobs.Jobs.corpus` gives.
    audio : mapping
        What `planning.jobs.Jobs.audio` gives.
    paths : mapping
        Texture's name to path; textures without a path are passed over.

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
        except AudioError as error:
            bad.append({"texture": texture["name"], "reason": str(error)})
        else:
            usable.append(texture | facts)
    return usable, bad


def demands(corpus, audio):
    """What a recording must meet; a report tells which demands it was made under."""
    return {"audio": audio, "minimum_seconds": corpus["minimum_seconds"]}


def facts(paths):
    """What tells whether a recording is still the one that was looked at: path and bytes, by texture."""
    return {name: {"path": str(path), "bytes": Path(path).stat().st_size} for name, path in paths.items()}


def not_yet_seen(corpus, audio, paths, report):
    """The recordings that a report of an earlier check does not vouch for.

    Parameters
    ----------
    corpus, audio, paths
        As in `look_at`.
    report : path
        The earlier check's ``corpus_check.json``, which need not exist.

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
    # A copy may have the times of its original; when it came to its place, it may not.
    status = Path(path).stat()
    return max(status.st_mtime_ns, status.st_ctime_ns)


def refusal(bad, corpus):
    """The message of a check that stops: all bad recordings, and what to do."""
    count = len(corpus["textures"]) + len(corpus["left_out"])
    lines = [
        f"check_corpus: {len(bad)} of {count} recordings cannot be used.",
        *(f"  - texture {item['texture']}: {item['reason']}" for item in bad),
        f"A recording must last at least {corpus['minimum_seconds']:.3f} s, for {corpus['minimum_reason']}.",
    ]
    if corpus["bad_textures"] == "stop":
        lines.append(
            "Mend them or take them out of the corpus; with bad_textures: skip, the others go on without them."
        )
    else:
        lines.append("None is left to go on with; mend them.")
    return "\n".join(lines)
