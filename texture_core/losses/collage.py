"""The likeness of each piece of a synthesis to its nearest place in the target: no piece is to be a copy."""

import torch

from texture_core.parameters.limits import LONG_FRAMES

SEES_SPECTROGRAM = True
# That of `texture_core.audio.segments`.
SEGMENT_SECONDS = 0.25
# Below the 0.5 from which the patchwork score calls a piece copied, because some pieces exceed the limit a little.
_LIMIT = 0.45
# One piece begins each this part of its length.
_PIECES_PER_LENGTH = 4
# As the patchwork score has them: of the largest deviation, and of the largest energy of a place.
_DEVIATION_FLOOR = 1e-3
_ENERGY_FLOOR = 1e-6


class CollageLoss:
    """Hinge on the correlation of each piece of 0.25 s with the place of the target that it is most like.

    L = mean over pieces of max(0, c - limit)², with c the largest correlation of a piece with any place of the target.
    Bins are standardised by the target's mean and deviation and frames are centred, as in the patchwork score.

    A target that repeats itself may be repeated: the limit is 0.45, or the most that a piece of the target itself has
    with another place of it, if that is more.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes. A target shorter than two pieces has no limit. Nor has one of more than
        `LONG_FRAMES` frames: the cost is proportional to its length, and its statistics come from all over it, so that
        copies are unlikely.
    frame_rate : float
        Frames per second.

    Attributes
    ----------
    limit : float
        The correlation that a piece may have.
    """

    def __init__(self, target, frame_rate):
        self._length = max(round(SEGMENT_SECONDS * frame_rate), 1)
        self._step = max(self._length // _PIECES_PER_LENGTH, 1)
        self._mean = target.mean(dim=1, keepdim=True)
        deviation = target.std(dim=1, keepdim=True, correction=0)
        tiny = torch.finfo(target.dtype).tiny
        self._deviation = deviation.clamp_min((_DEVIATION_FLOOR * deviation.max()).clamp_min(tiny))
        self.limit = 1.0
        if not 2 * self._length <= target.shape[1] <= LONG_FRAMES:
            return
        self._target = self._standardized(target)
        self._norms = self._norms_of_places(self._target)
        natural = self._correlations(self._target)
        pieces = self._step * torch.arange(len(natural), device=target.device)
        places = torch.arange(natural.shape[1], device=target.device)
        natural.masked_fill_((pieces[:, None] - places).abs() < self._length, -1.0)
        self.limit = max(_LIMIT, natural.amax().item())

    def __call__(self, feature_maps):
        """The loss, a scalar tensor, of log magnitudes (bins, frames), the only map."""
        (log_magnitude,) = feature_maps
        if self.limit >= 1 or log_magnitude.shape[1] < self._length:
            return 0.0 * log_magnitude.sum()
        rows = self._standardized(log_magnitude)
        with torch.no_grad():
            likeness, places = self._correlations(rows).max(dim=1)
            copied = torch.nonzero(likeness > self.limit).flatten()
            indices = torch.arange(self._length, device=rows.device)
            originals = self._target[:, places[copied, None] + indices] / self._norms[places[copied], None]
        pieces = rows[:, self._step * copied[:, None] + indices]
        correlations = (pieces * originals).sum(dim=(0, 2)) / self._norms_of_pieces(pieces)
        return (correlations - self.limit).square().sum() / len(likeness)

    def _standardized(self, log_magnitude):
        rows = (log_magnitude - self._mean) / self._deviation
        return rows - rows.mean(dim=0)

    def _norms_of_places(self, rows):
        energy = rows.square().sum(dim=0).double()
        total = torch.cat([energy.new_zeros(1), energy.cumsum(0)])
        energy = total[self._length :] - total[: -self._length]
        tiny = torch.finfo(rows.dtype).tiny
        return energy.clamp_min((_ENERGY_FLOOR * energy.max()).clamp_min(tiny)).sqrt().to(rows.dtype)

    def _norms_of_pieces(self, pieces):
        return pieces.square().sum(dim=(0, 2)).clamp_min(torch.finfo(pieces.dtype).tiny).sqrt()

    def _correlations(self, rows):
        """Of each piece with each place of the target, (pieces, places)."""
        products = rows.T @ self._target
        pieces = (len(products) - self._length) // self._step + 1
        # A piece's products with a place lie on a diagonal.
        row, column = products.stride()
        diagonals = products.as_strided(
            (self._length, pieces, len(self._norms)), (row + column, self._step * row, column)
        )
        first = self._step * torch.arange(pieces, device=rows.device)
        return diagonals.sum(dim=0) / self._norms_of_places(rows)[first, None] / self._norms


def create(target, frequencies, frame_rate):
    """Create the loss ``collage``; see `CollageLoss`. The frequencies are not used."""
    return CollageLoss(target, frame_rate)
