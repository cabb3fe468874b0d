"""How near the command line's presets come on the 24 recordings that they were chosen on, and at what price.

    python -m benchmarks.presets --recordings FOLDER --output presets.jsonl

writes a line for each synthesis as it is made, and goes on where it was; with --summary it prints what is there. Beside
the presets stands natural variation, the second half of each whole recording scored against the first.
"""

import argparse
import csv
import json
import time
import warnings
from pathlib import Path

import numpy as np
import torch

from benchmarks.problems import load
from texture_core.classifiers.fetch import default_yamnet_path, fetch_yamnet
from texture_core.parameters.method import AutocorrelationParameters
from texture_core.parameters.presets import preset_parameters
from texture_core.records.files import replacing
from texture_core.scores.compute import score
from texture_core.spectrogram.halves import first_half, fitting_lags, second_half
from texture_core.texture.synthesize import synthesize

SHEET = Path(__file__).with_name("development.tsv")
SCORES = ("autocorrelation", "diversity", "mcdermott_snr", "patchwork", "yamnet")
NATURAL = "natural_variation"
# Name in the summary, key of the score, and by what it is multiplied.
COLUMNS = {
    "YAMNet 1e-4": ("yamnet_kl", 1e4),
    "SNR dB": ("mcdermott_snr", 1),
    "autocorrelation 1e-3": ("autocorrelation_rms_matched", 1e3),
    "diversity": ("diversity", 1),
    "patchwork": ("patchwork_share", 1),
    "processor s": ("seconds", 1),
}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.presets", description=__doc__.partition("\n")[0])
    parser.add_argument("--recordings", type=Path, help="the folder of the study's recordings")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--presets", nargs="+", default=["quick", "default", NATURAL])
    parser.add_argument("--textures", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--duration", type=float, default=4.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args(arguments)
    if options.summary:
        print(summary(_read(options.output)))
        return
    torch.set_num_threads(options.threads)
    yamnet = default_yamnet_path()
    fetch_yamnet(yamnet)
    with open(SHEET, encoding="utf-8", newline="") as file:
        textures = options.textures or [row["name"] for row in csv.DictReader(file, delimiter="\t")]
    rows = _read(options.output)
    done = {(row["preset"], row["texture"], row["seed"], row["duration"]) for row in rows}
    for seed in options.seeds:
        for texture in textures:
            # By turns, so that a busy hour does not meet one preset alone.
            for preset in options.presets:
                duration = None if preset == NATURAL else options.duration
                own = 0 if preset == NATURAL else seed
                if (preset, texture, own, duration) in done:
                    continue
                (problem,) = load([texture], duration, options.recordings)
                row = {"preset": preset, "texture": texture, "seed": own, "duration": duration}
                rows.append(row | _measured(problem, preset, own, options.threads, yamnet))
                with replacing(options.output) as temporary:
                    temporary.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
                done.add((preset, texture, own, duration))
    print(summary(rows))


def _measured(problem, preset, seed, threads, yamnet):
    samples = problem.samples.numpy()
    target, autocorrelation = problem.target, AutocorrelationParameters()
    started = time.process_time()
    if preset == NATURAL:
        (target, early), (_, made) = first_half(target, samples), second_half(target, samples)
        autocorrelation, samples = fitting_lags(autocorrelation, len(early) / 16000), early
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = synthesize(samples, 16000, parameters=preset_parameters(preset), seed=seed, threads=threads)
    seconds = time.process_time() - started
    # Of the spectrogram before phase recovery nothing is asked.
    sides = {"target": target, "synthesis": target, "target_samples": samples, "synthesis_samples": made}
    scores = score(SCORES, sample_rate=16000, autocorrelation=autocorrelation, classifiers={"yamnet": yamnet}, **sides)
    level = 20 * np.log10(np.sqrt(np.mean(np.square(made, dtype=np.float64)) / np.mean(np.square(samples))))
    return scores | {"seconds": seconds, "level": float(level)}


def summary(rows):
    """Mean, median and standard deviation of each column over textures and seeds, a line for each preset."""
    lines = [f"{'preset':20} {'n':>3}  " + "  ".join(f"{name:>24}" for name in COLUMNS)]
    for preset in dict.fromkeys(row["preset"] for row in rows):
        own = [row for row in rows if row["preset"] == preset]
        cells = []
        for key, factor in COLUMNS.values():
            values = factor * np.array([row[key] for row in own])
            cells.append(f"{values.mean():8.3g} {np.median(values):7.3g} {values.std():7.3g}")
        lines.append(f"{preset:20} {len(own):3}  " + "  ".join(f"{cell:>24}" for cell in cells))
    return "\n".join([*lines, "mean, median and standard deviation"])


def _read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


if __name__ == "__main__":
    main()
