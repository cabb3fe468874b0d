"""Detect syntheses that copy their target, as a whole, shifted in time or piece by piece."""

from dataclasses import dataclass

import numpy as np
import torch

from texture_core.audio.segments import COPIED, SEGMENT_SECONDS, best_correlations, standardize
from texture_core.losses.diversity import DiversityLoss
from texture_core.parameters.limits import COPY_DIVERSITY, COPY_SHARE, LONG_FRAMES
from texture_core.parameters.method import DiversityParameters

# Nothing is a collage if the halves of the recording are nearly as similar.
_MORE_THAN_NATURAL = 0.3


@dataclass(frozen=True)
class Likeness:
    """Similarity of a synthesis to its target.

    Attributes
    ----------
    diversity : float
        Diversity score of the log magnitudes.
    patchwork_share : float
        Share of the quarter-second segments of its log spectrogram that occur in the target's; NaN if one is too short.
    natural_share : float
        The same share for the halves of the target: segments of the second that occur in the first. NaN if
        `patchwork_share` is too low for a collage.
    """

    diversity: float
    patchwork_share: float
    natural_share: float

    @property
    def is_copy(self):
        """Whether the synthesis is a copy or a collage."""
        collage = self.patchwork_share > max(COPY_SHARE, self.natural_share + _MORE_THAN_NATURAL)
        return self.diversity > COPY_DIVERSITY or collage


def likeness(target, log_magnitude):
    """Compare a synthesis with its target.

    Parameters
    ----------
    target : Spectrogram
    log_magnitude : numpy.ndarray
        (bins, any number of frames).

    Returns
    -------
    Likeness
    """
    whole, frames = target.log_magnitude.shape[1], log_magnitude.shape[1]
    # A long target is searched for the synthesis; otherwise both are cut to the shorter.
    compared = whole if whole > max(LONG_FRAMES, frames) else min(whole, frames)
    sides = [torch.from_numpy(side[:, :compared]) for side in (target.log_magnitude, log_magnitude)]
    if compared == min(whole, frames):
        sides = [side.double() for side in sides]
    loss = DiversityLoss(sides[:1], compared, DiversityParameters(shifts="exact"))
    segment = round(SEGMENT_SECONDS * target.sample_rate / target.hop_length)
    share = _share(target.log_magnitude, log_magnitude, segment)
    natural = float("nan")
    if share > COPY_SHARE:
        half = whole // 2
        natural = _share(target.log_magnitude[:, :half], target.log_magnitude[:, half:], segment)
    return Likeness(loss(sides[1:]).item(), share, natural)


def _share(target, synthesis, segment):
    if min(target.shape[1], synthesis.shape[1]) < segment:
        return float("nan")
    return float(np.mean(best_correlations(*standardize(target, synthesis), segment) > COPIED))
