"""Reference for benchmarks and tests: the paper's loss, written as plainly as PyTorch allows.

One ``conv1d`` for each network, gradients by autograd, and the diversity term over the paper's comb of shifts.
"""

import torch
import torch.nn.functional as functional

# Of 250 frames per second: the lags of the autocorrelation, both included, and the spacing of the comb.
_FIRST_LAG, _LAST_LAG = 50, 500
_COMB_SPACING = 50


class ReferenceObjective:
    """L_gram + α L_autocorrelation + β L_diversity of a spectrogram against a target.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames); determines the dtype of the computation.
    weights : list of torch.Tensor
        (filters, bins, width) of each network.
    alpha, beta : float
    """

    def __init__(self, target, weights, alpha, beta):
        self.weights = [weight.to(target) for weight in weights]
        self.alpha, self.beta, self.frames = alpha, beta, target.shape[1]
        with torch.no_grad():
            self.target_maps = self.features(target)
            self.target_grams = [self.gram(m) for m in self.target_maps]
            self.target_autocorrelations = [self.autocorrelation(m) for m in self.target_maps]

    def features(self, spectrogram):
        return [torch.relu(functional.conv1d(spectrogram[None], weight)[0]) for weight in self.weights]

    def gram(self, feature_map):
        return feature_map @ feature_map.T / feature_map.shape[1]

    def autocorrelation(self, feature_map):
        power = torch.fft.rfft(feature_map, dim=1).abs() ** 2
        frames = feature_map.shape[1]
        return torch.fft.irfft(power, n=frames, dim=1)[:, _FIRST_LAG : _LAST_LAG + 1] / frames

    def diversity(self, maps):
        energy = sum((t**2).sum() for t in self.target_maps)
        padded, target = (
            [functional.pad(m, (0, self.frames - m.shape[1])) for m in group] for group in (maps, self.target_maps)
        )
        shifts = range(0, self.frames, _COMB_SPACING)
        return max(energy / _squared_distance([m.roll(-s, 1) for m in padded], target) for s in shifts)

    def value_and_gradient(self, spectrogram):
        """The loss as a float and its gradient."""
        variable = spectrogram.detach().requires_grad_(True)
        maps = self.features(variable)
        autocorrelations = [self.autocorrelation(m) for m in maps]
        total = _relative([self.gram(m) for m in maps], self.target_grams)
        total = total + self.alpha * _relative(autocorrelations, self.target_autocorrelations)
        if self.beta > 0:
            total = total + self.beta * self.diversity(maps)
        (gradient,) = torch.autograd.grad(total, variable)
        return total.item(), gradient


def _squared_distance(statistics, target):
    return sum(((s - t) ** 2).sum() for s, t in zip(statistics, target, strict=True))


def _relative(statistics, target):
    return _squared_distance(statistics, target) / sum((t**2).sum() for t in target)
