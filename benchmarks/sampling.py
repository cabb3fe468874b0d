"""How near the sample of a long recording is to the whole recording: ``python -m benchmarks.sampling -h``.

The study's recordings last 7 s, so long ones are put together from them: excerpts of several recordings of a kind, at
random levels and in random order; or scenes of half a minute to two minutes, each of one recording.

Each line is a distance between statistics as the loss of the preset ``quick`` measures them: the Gram loss of all views
(with 64 random filters), the autocorrelation loss, and the loss of band levels. It compares the sample and the whole
recording, two samples, an excerpt of 10 s and the whole, two such excerpts, and the halves of the recording. Values are
medians, over random excerpts or over recordings shortened by some seconds, whose samples are drawn anew.
"""

import argparse
from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from benchmarks.problems import load
from texture_core.audio.stretches import stretches
from texture_core.features.ensemble import Ensemble
from texture_core.features.limit import segment_starts
from texture_core.parameters.limits import LONG_FRAMES
from texture_core.parameters.method import FeatureParameters, SpectrogramParameters
from texture_core.parameters.presets import preset_parameters
from texture_core.registry import load as load_plugin
from texture_core.spectrogram.bands import erb_bands
from texture_core.spectrogram.log_magnitude import log_spectrogram

RATE, HOP_LENGTH = 16000, 128
KINDS = {
    "rain": ("rain", "jungle_rain", "rain_in_woods1", "heavy_rain_on_hard_surface"),
    "water": ("stream", "seaside_waves", "waterfall", "lake_shore"),
    "animals": ("birds_in_forest", "frogs1", "geese_cackling", "wolves_howling"),
    "rhythm": ("tapping_1_2_3", "clock_ticking", "walking_on_gravel", "snare_drum_beats"),
}
KINDS["scenes"] = sum((names[:2] for names in KINDS.values()), ())
TERMS = ("gram", "autocorrelation", "band_levels")
# Frames whose statistics are added up, 0.512 s: the segments of the Gram loss.
_BLOCK = 64
_FILTERS = 64
_EXCERPT_SECONDS = 10
_REPEATS = 20


def long_recording(kind, sounds, seconds, seed):
    """Put a recording of a kind together, (seconds * 16000,), float32."""
    draw = np.random.default_rng(seed)
    fade = np.sin(np.pi / 2 * (np.arange(RATE // 2) + 0.5) / (RATE // 2)).astype(np.float32)
    result = np.zeros(0, np.float32)
    while len(result) < seconds * RATE + len(fade):
        sound = sounds[draw.integers(len(sounds))]
        level = draw.normal(0, 4 if kind == "scenes" else 2)
        end = len(result) + (draw.uniform(30, 120) * RATE if kind == "scenes" else 1)
        while len(result) < end:
            excerpt = sound[draw.integers(len(sound) // 2) :] * np.float32(10 ** (level / 20))
            if len(result):
                excerpt[: len(fade)] = excerpt[: len(fade)] * fade + result[-len(fade) :] * fade[::-1]
            result = np.concatenate([result[: -len(fade)], excerpt])
    return result[: seconds * RATE]


class Statistics:
    """Statistics of each block of 64 frames of a recording, and distances between the means over some of the blocks.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,), 16 kHz.
    """

    def __init__(self, samples):
        prepared = samples / np.abs(samples).max()
        spectrogram = torch.from_numpy(log_spectrogram(prepared, SpectrogramParameters(512, HOP_LENGTH)))
        parameters = preset_parameters("quick")
        lags = range(25, 251, 5)
        self.blocks = (spectrogram.shape[1] - max(lags)) // _BLOCK
        self._gram = [
            (view.weight, [self._grams(spectrogram, view, width) for width in (2, 8, 32)])
            for view in parameters.features.views
        ]
        kept = self.blocks * _BLOCK
        self._autocorrelation = torch.stack(
            [
                (spectrogram[:, :kept] * spectrogram[:, lag : lag + kept]).unflatten(1, (-1, _BLOCK)).mean(dim=2)
                for lag in lags
            ]
        )
        power = torch.expm1(spectrogram[:, :kept]).square().unflatten(1, (-1, _BLOCK)).mean(dim=2)
        self._bands = erb_bands(torch.arange(257) * 31.25, 24).float() @ power

    def _grams(self, spectrogram, parameters, width):
        view = load_plugin("views", parameters.type).create(spectrogram, **parameters.options)(spectrogram)
        features = FeatureParameters(filters=_FILTERS, kernel_widths=(width,))
        (maps,) = Ensemble(features, len(view), 0)(view)
        if parameters.loudness == 0:
            energy = functional.conv1d(view.square().sum(dim=0)[None, None], torch.ones(1, 1, width))[0, 0]
            maps = maps / energy.sqrt().clamp_min(1e-9)
        blocks = maps[:, : self.blocks * _BLOCK].unflatten(1, (-1, _BLOCK)).movedim(1, 0)
        return (blocks @ blocks.mT).flatten(1).T / _BLOCK

    def distance(self, one, other):
        """Return the terms between two selections, each a pair of indices of blocks: for the Gram term, for others."""
        gram = 0.0
        for weight, grams in self._gram:
            sides = [torch.cat([values[:, own[0]].mean(dim=1) for values in grams]) for own in (one, other)]
            gram += weight * _relative(*sides)
        autocorrelation = _relative(*(self._autocorrelation[..., own[1]].mean(dim=2) for own in (one, other)))
        powers = [self._bands[:, own[1]].mean(dim=1) for own in (one, other)]
        floor = 1e-5 * powers[1].max()
        levels = [torch.cat([power + floor, power.sum()[None]]).log() for power in powers]
        difference = (levels[0] - levels[1]).square()
        return gram, autocorrelation, (difference[:-1].mean() + difference[-1]).item()

    def sample(self, count):
        """Return the blocks that a recording shortened to `count` samples is represented by."""
        places = np.concatenate([np.arange(start, stop, HOP_LENGTH) for start, stop in stretches(count, RATE)])
        blocks = (places // HOP_LENGTH // _BLOCK).clip(0, self.blocks - 1)
        middles = np.array(segment_starts(len(blocks), _BLOCK, LONG_FRAMES // _BLOCK)) + _BLOCK // 2
        return blocks[middles], blocks

    def excerpt(self, start, stop):
        """Return the blocks between two places of the recording, in blocks."""
        return (np.arange(start, stop),) * 2


def _relative(found, expected):
    return ((found - expected).square().sum() / expected.square().sum()).item()


def rows(statistics, count, seed):
    """Yield a name and the terms of each comparison."""
    draw = np.random.default_rng(seed)
    whole = statistics.excerpt(0, statistics.blocks)
    samples = [statistics.sample(count - number * RATE) for number in range(_REPEATS)]
    length = round(_EXCERPT_SECONDS * RATE / HOP_LENGTH / _BLOCK)
    starts = draw.integers(0, statistics.blocks - length, _REPEATS)
    excerpts = [statistics.excerpt(start, start + length) for start in starts]
    half = statistics.blocks // 2
    halves = [statistics.excerpt(half, 2 * half), statistics.excerpt(0, half)]
    for name, pairs in (
        ("sample and whole", [(sample, whole) for sample in samples]),
        ("two samples", pairwise(samples)),
        (f"{_EXCERPT_SECONDS} s and whole", [(excerpt, whole) for excerpt in excerpts]),
        (f"two times {_EXCERPT_SECONDS} s", pairwise(excerpts)),
        ("halves", [halves]),
    ):
        yield name, np.median([statistics.distance(*pair) for pair in pairs], axis=0)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description=__doc__.partition("\n")[0])
    parser.add_argument("--recordings", required=True, help="the folder of the study's recordings")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    print(f"{'kind':10} {'compared':20} " + " ".join(f"{name:>16}" for name in TERMS))
    for seed, kind in enumerate(options.kinds):
        sounds = [problem.samples.numpy() for problem in load(KINDS[kind], None, options.recordings)]
        recording = long_recording(kind, sounds, options.seconds, seed)
        with torch.no_grad():
            for name, terms in rows(Statistics(recording), len(recording), seed):
                print(f"{kind:10} {name:20} " + " ".join(f"{value:16.2g}" for value in terms), flush=True)


if __name__ == "__main__":
    main()
