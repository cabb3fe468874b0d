"""Features in the limit of infinitely many filters, in which only the kernel of their products is computed."""

from itertools import pairwise

import torch

from texture_core.losses.gram_limit import GramLimitLoss
from texture_core.parameters.limits import LONG_FRAMES
from texture_core.runtime.randomness import torch_generator


class Limit:
    """Feature extractor that returns its input as the only map and has the Gram loss of infinitely many filters.

    The autocorrelation and diversity terms have no such limit and are computed on the input itself.

    Parameters
    ----------
    parameters : FeatureParameters
        Only ``kernel_widths`` and ``options.stride`` (hop of the patches in frames, 2 by default) are used.
    """

    def __init__(self, parameters):
        self._widths = parameters.kernel_widths
        self._stride = parameters.options.get("stride", 2)

    def __call__(self, view):
        """Return the rows (rows, frames) as the only map."""
        return [view]

    def gram_loss(self, feature_maps, loudness):
        """Create the Gram loss for the maps of a target and the loudness of a view; see `GramLimitLoss`.

        A target of more than `LONG_FRAMES` frames is represented by segments of twice the largest kernel width, with
        `LONG_FRAMES` frames in total, because the cost is proportional to the length of the target. One segment starts
        at a random place in each of as many equal parts of the target. The places depend only on its length.
        """
        (view,) = feature_maps
        loss = GramLimitLoss(self._represented(view), self._widths, self._stride, loudness)
        return lambda maps: loss(maps[0])

    def _represented(self, view):
        frames, length = view.shape[1], 2 * max(self._widths)
        if frames <= LONG_FRAMES or length > LONG_FRAMES:
            return view
        starts = segment_starts(frames, length, LONG_FRAMES // length)
        return torch.stack([view[:, start : start + length] for start in starts])


def segment_starts(frames, length, count):
    """Draw the starts of segments, one in each of `count` equal parts of a target; the same ones at each call."""
    draws = torch.rand(count, generator=torch_generator(0, "segments", frames)).tolist()
    edges = [frames * number // count for number in range(count + 1)]
    return [
        first + int(draw * (stop - first - length + 1))
        for draw, (first, stop) in zip(draws, pairwise(edges), strict=True)
    ]


def create(parameters, bins, seed, device="cpu", dtype=None):
    """Create the extractor ``limit``; see `Limit`. There are no random weights."""
    return Limit(parameters)
