"""The diversity loss: large when the synthesis is a shifted copy of the target."""

from collections import deque

import torch
from scipy.fft import next_fast_len

from texture_core.runtime.blocks import is_large, row_blocks


class CrossCorrelation:
    """C(s) = sum over maps, rows and t of F[(t + s) mod frames] F̃[t], for all shifts s at once.

    Maps shorter than the period (wide kernels with valid padding) are padded with zeros. So all networks share one
    period, and a shifted spectrogram has its maximum at exactly its shift in each.

    Parameters
    ----------
    target : list of torch.Tensor
        F̃: (rows, at most `frames`) each.
    frames : int
        The period.
    """

    def __init__(self, target, frames):
        self._frames = frames
        # Linear correlation at a fast length, then wrapped, because the period may have large prime factors.
        self._length = next_fast_len(2 * frames, real=True)
        self._target = [torch.fft.rfft(feature_map, n=self._length, dim=1) for feature_map in target]

    def __call__(self, feature_maps):
        """Compute C(s), (frames,), for feature maps of the target's shapes."""
        cross_spectrum = 0
        for feature_map, target in zip(feature_maps, self._target, strict=True):
            for rows in row_blocks(feature_map, self._length):
                spectrum = torch.fft.rfft(feature_map[rows], n=self._length, dim=1)
                cross_spectrum = cross_spectrum + torch.linalg.vecdot(target[rows], spectrum, dim=0)
        linear = torch.fft.irfft(cross_spectrum, n=self._length)
        correlation = linear[: self._frames].clone()
        correlation[1:] += linear[self._length - self._frames + 1 :]
        return correlation


def squared_distance(feature_maps, target, shift, frames):
    """Compute the sum of (F[(t + shift) mod frames] - F̃[t])² over maps, rows and t, a scalar tensor, zero-padded."""
    distances = []
    for feature_map, reference in zip(feature_maps, target, strict=True):
        if is_large(feature_map):
            distances.append(_SquaredDistance.apply(feature_map, reference, shift, frames))
            continue
        missing = frames - feature_map.shape[1]
        if missing:
            feature_map = torch.nn.functional.pad(feature_map, (0, missing))
            reference = torch.nn.functional.pad(reference, (0, missing))
        distances.append((feature_map.roll(-shift, dims=1) - reference).square().sum())
    return torch.stack(distances).sum()


class _SquaredDistance(torch.autograd.Function):
    # In blocks of rows, whose differences are computed again for the gradient.
    @staticmethod
    def forward(feature_map, reference, shift, frames):
        blocks = row_blocks(feature_map)
        parts = [_difference(feature_map[rows], reference[rows], shift, frames).square().sum() for rows in blocks]
        return torch.stack(parts).sum()

    @staticmethod
    def setup_context(ctx, inputs, output):
        feature_map, reference, ctx.shift, ctx.frames = inputs
        ctx.save_for_backward(feature_map, reference)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        feature_map, reference = ctx.saved_tensors
        result = torch.empty_like(feature_map)
        for rows in row_blocks(feature_map):
            difference = _difference(feature_map[rows], reference[rows], ctx.shift, ctx.frames)
            result[rows] = difference.mul_(2 * gradient).roll(ctx.shift, dims=1)[:, : feature_map.shape[1]]
        return result, None, None, None


def _difference(feature_map, reference, shift, frames):
    return _extended(feature_map, frames).roll(-shift, dims=1) - _extended(reference, frames)


def _extended(feature_map, frames):
    return torch.nn.functional.pad(feature_map, (0, frames - feature_map.shape[1]))


def _stretch_energies(feature_map, length):
    """Compute the energy of each circular segment of `length` frames, (frames,)."""
    frames = feature_map.shape[1]
    # Double precision, because of differences of long sums.
    energy = feature_map.square().sum(dim=0).double()
    total = torch.cat([energy.new_zeros(1), torch.cat([energy, energy[:length]]).cumsum(0)])
    return (total[length : length + frames] - total[:frames]).to(feature_map.dtype)


class DiversityLoss:
    """L = max over shifts s of sum‖F̃‖² / sum‖F[t + s] - F̃[t]‖², circular (paper, eq. 7).

    If the synthesis and the target differ in length, the shorter one is compared with every circular segment of the
    longer one. So a copy of the target is found anywhere in a long synthesis, and the source of a short synthesis
    anywhere in the target.

    Parameters
    ----------
    target : list of torch.Tensor
        The target's feature maps, (filters, frames) each.
    frames : int
        Frames of the spectrogram: the period of the shifts.
    parameters : DiversityParameters
        ``shifts: exact`` finds the maximum over all shifts with one cross-correlation. ``shifts: comb`` is the paper's
        scheme: every `comb_spacing`-th shift, with an offset that changes at each step, and the worst shifts of the
        last `comb_memory` steps.
    repeats : list of float, optional
        Frames of the spectrogram per frame of each feature map, for extractors that pool; their maps are upsampled by
        repetition, so that all maps share one shift.

    Notes
    -----
    The shift of the maximum is found without a gradient. The distance at that shift is then computed directly, because
    the expanded square suffers from cancellation near a copy. Distances are clipped below at the rounding error of the
    dtype, so that an exact copy has a large but finite value.
    """

    def __init__(self, target, frames, parameters, repeats=None):
        self._repeats = repeats or [1.0] * len(target)
        self._frames = frames
        self._given = target[0].shape[1]
        target = self._target = self._held(target, frames)
        self._energy = sum(feature_map.square().sum() for feature_map in target)
        self._correlate = CrossCorrelation(target, frames) if parameters.shifts == "exact" else None
        # A comb wider than the period would have no shift in some steps.
        self._spacing = min(parameters.comb_spacing, frames)
        self._memory = deque(maxlen=parameters.comb_memory)
        self._step = 0
        self.worst_shift = None

    def advance(self):
        """Advance to the next step: move the comb and remember the last worst shift."""
        self._step += 1
        if self.worst_shift is not None:
            self._memory.append(self.worst_shift)

    def state(self):
        """Return the state as JSON-compatible values."""
        return {"step": self._step, "memory": list(self._memory), "worst_shift": self.worst_shift}

    def restore(self, state):
        """Restore a state returned by `state`."""
        self._step, self.worst_shift = state["step"], state["worst_shift"]
        self._memory = deque(state["memory"], maxlen=self._memory.maxlen)

    def __call__(self, feature_maps):
        """Compute the loss, a scalar tensor, and set ``worst_shift``, the shift of the maximum in frames."""
        longer = feature_maps[0].shape[1] - self._given
        frames = self._frames + round(longer * self._repeats[0])
        feature_maps = self._held(feature_maps, frames)
        if longer:
            return self._stretches(feature_maps, frames)
        with torch.no_grad():
            self.prepare(feature_maps)
        return self.combine(squared_distance(feature_maps, self._target, self.worst_shift, self._frames))

    def prepare(self, feature_maps):
        """Find the shift of the maximum for maps as long as the target's; see `texture_core.losses.by_network`."""
        self.worst_shift = self._search(feature_maps)

    def part(self, index, feature_map):
        """Compute the squared distance of network k at that shift."""
        return squared_distance([feature_map], [self._target[index]], self.worst_shift, self._frames)

    def combine(self, total):
        """Compute the loss from the sum of `part` over networks."""
        floor = torch.finfo(total.dtype).eps * self._energy
        return self._energy / torch.maximum(total, floor)

    def _held(self, feature_maps, frames):
        return [
            feature_map if repeat == 1 else _hold(feature_map, repeat, frames)
            for feature_map, repeat in zip(feature_maps, self._repeats, strict=True)
        ]

    def _search(self, feature_maps):
        # The distance is smallest where the correlation is largest: the energies do not depend on the shift.
        if self._correlate:
            return int(self._correlate(feature_maps).argmax())
        shifts = self.comb_shifts()
        distances = [
            torch.stack([squared_distance([a], [b], shift, self._frames) for shift in shifts])
            for a, b in zip(feature_maps, self._target, strict=True)
        ]
        return shifts[int(torch.stack(distances).sum(dim=0).argmin())]

    def _stretches(self, feature_maps, frames):
        """Compute the loss of a synthesis whose number of frames differs from the target's."""
        period = max(frames, self._frames)
        longer, shorter = (feature_maps, self._target) if frames > self._frames else (self._target, feature_maps)
        with torch.no_grad():
            energy = sum(
                _stretch_energies(_extended(a, period), b.shape[1]) for a, b in zip(longer, shorter, strict=True)
            )
            inner = sum(feature_map.square().sum() for feature_map in shorter)
            distance = energy + inner - 2 * CrossCorrelation(shorter, period)(longer)
            ratio = (inner if shorter is self._target else energy) / distance.clamp_min(1e-6 * inner)
            shifts = list(range(period)) if self._correlate else self.comb_shifts(period)
            self.worst_shift = shifts[int(ratio[shifts].argmax())]
        stretches = [
            _extended(a, period).roll(-self.worst_shift, dims=1)[:, : b.shape[1]]
            for a, b in zip(longer, shorter, strict=True)
        ]
        distance = sum((a - b).square().sum() for a, b in zip(stretches, shorter, strict=True))
        energy = sum(a.square().sum() for a in (self._target if shorter is self._target else stretches))
        return energy / torch.maximum(distance, torch.finfo(distance.dtype).eps * energy)

    def comb_shifts(self, frames=None):
        """Return the sorted shifts of the comb in this step, below `frames` (default: the target's)."""
        frames = frames or self._frames
        comb = range(self._step % self._spacing, frames, self._spacing)
        return sorted({*comb, *self._memory})


def _hold(feature_map, repeat, frames):
    # Frames past the map's end, which an unpadded convolution omits, are omitted here too.
    count = min(frames, int(feature_map.shape[1] * repeat))
    index = (torch.arange(count, device=feature_map.device) / repeat).long().clamp_max(feature_map.shape[1] - 1)
    return feature_map.index_select(1, index)
