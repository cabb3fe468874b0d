"""How much of the autocorrelation score of a study's sounds is their level: ``python -m benchmarks.levels --help``.

Synthesised magnitudes belong to no signal, and phase recovery makes of them a sound of another level; scaled to the
recording's RMS its quiet parts may be far too loud or too quiet. The score is of log magnitudes, and counts that.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize_scalar

from texture_core.audio.recording import read_audio, rms
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import read_spectrogram, read_synthesis
from texture_core.scores.compute import score

_RANGE_DB = 20.0


def autocorrelation_by_level(target, target_samples, synthesis):
    """The score of a synthesis's sound at three levels, and those levels.

    Parameters
    ----------
    target : Spectrogram
    target_samples : numpy.ndarray
        (n,).
    synthesis : Synthesis
        Of a method that makes no samples.

    Returns
    -------
    dict
        ``spectrogram``: what the optimiser left. ``rms``, ``own`` and ``nearest``: of the sound at the RMS of the
        recording, as phase recovery leaves it, and where the score is least; ``own_db`` and ``nearest_db`` are these
        levels against the first.
    """
    parameters = from_mapping(Parameters, synthesis.attributes["parameters"])
    inversion = replace(parameters.inversion, match_rms=False, match_log_magnitude=False)
    samples = invert(synthesis.spectrogram, inversion, seed=synthesis.attributes["seed"])
    level = 20 * np.log10(rms(target_samples) / rms(samples))

    def at(decibels):
        return score(
            ["autocorrelation"],
            target=target,
            synthesis=synthesis.spectrogram,
            target_samples=target_samples,
            synthesis_samples=samples * np.float32(10 ** (decibels / 20)),
            sample_rate=target.sample_rate,
            autocorrelation=parameters.autocorrelation,
        )

    nearest = minimize_scalar(
        lambda decibels: at(decibels)["autocorrelation"],
        bounds=(level - _RANGE_DB, level + _RANGE_DB),
        method="bounded",
        options={"xatol": 0.05},
    )
    matched = at(level)
    return {
        "spectrogram": matched["autocorrelation_spectrogram"],
        "rms": matched["autocorrelation"],
        "own": at(0.0)["autocorrelation"],
        "own_db": -level,
        "nearest": nearest.fun,
        "nearest_db": nearest.x - level,
    }


def main():
    """Tell the autocorrelation score (10⁻³) of the sounds of a study at the RMS, their own and the nearest level."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levels", description=main.__doc__)
    parser.add_argument("study", type=Path, help="results/CORPUS")
    parser.add_argument("--settings", nargs="+", default=["gram", "gram_autocorrelation"])
    parser.add_argument("--textures", nargs="+", help="default: all")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    textures = arguments.textures or sorted(path.stem for path in (arguments.study / "spectrogram").glob("*.h5"))
    columns = ("texture", "setting", "of the spectrogram", "at the RMS", "own level", "dB", "nearest level", "dB")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join([":--"] * 2 + ["--:"] * 6), "|", flush=True)
    for texture in textures:
        target = read_spectrogram(arguments.study / "spectrogram" / f"{texture}.h5")
        target_samples, _ = read_audio(arguments.study / "audio" / f"{texture}.wav")
        for setting in arguments.settings:
            synthesis = read_synthesis(arguments.study / setting / "synthesis" / f"{texture}.h5")
            found = autocorrelation_by_level(target, target_samples, synthesis)
            numbers = [f"{1e3 * found[name]:.3g}" for name in ("spectrogram", "rms", "own")]
            numbers += [f"{found['own_db']:+.1f}", f"{1e3 * found['nearest']:.3g}", f"{found['nearest_db']:+.1f}"]
            print("|", " | ".join([texture, setting, *numbers]), "|", flush=True)


if __name__ == "__main__":
    main()
