"""The yardstick: the paper's method written as plainly as PyTorch and SciPy allow.

One ``conv1d`` for each network, gradients by autograd, the diversity term over the paper's comb, L-BFGS-B from
SciPy on the loss times a constant. Nothing here is used by the library; benchmarks and tests compare against it.
"""

from collections import deque

import numpy as np
import scipy.optimize
import torch
import torch.nn.functional as functional

# Without it the first step is as short as the gradient and nothing moves; see docs/method.md.
LOSS_SCALE = 1e6


class ReferenceObjective:
    """L_gram + α L_autocorrelation + β L_diversity of a spectrogram against a target.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames); its type is that of the computation.
    weights : list of torch.Tensor
        (filters, bins, width) each: the networks, the same that the library draws.
    alpha, beta : float
    first, last : int
        Lags in frames, both included.
    """

    def __init__(self, target, weights, alpha, beta, first=50, last=500):
        self.weights = [weight.to(target) for weight in weights]
        self.alpha, self.beta = alpha, beta
        self.first, self.last = first, last
        self.frames = target.shape[1]
        with torch.no_grad():
            self.target_maps = self.features(target)
            self.target_grams = [self.gram(m) for m in self.target_maps]
            self.target_autocorrelations = [self.autocorrelation(m) for m in self.target_maps]
        self.step = 0
        self.with_diversity = beta > 0
        self.memory = deque(maxlen=10)
        self.worst = None

    def features(self, spectrogram):
        return [torch.relu(functional.conv1d(spectrogram[None], weight)[0]) for weight in self.weights]

    def gram(self, feature_map):
        return feature_map @ feature_map.T / feature_map.shape[1]

    def autocorrelation(self, feature_map):
        power = torch.fft.rfft(feature_map, dim=1).abs() ** 2
        frames = feature_map.shape[1]
        return torch.fft.irfft(power, n=frames, dim=1)[:, self.first : self.last + 1] / frames

    def terms(self, spectrogram):
        """Gram and autocorrelation term, scalar tensors."""
        maps = self.features(spectrogram)
        return self._terms(maps)

    def _terms(self, maps):
        gram = sum(((self.gram(m) - t) ** 2).sum() for m, t in zip(maps, self.target_grams, strict=True))
        gram = gram / sum((t**2).sum() for t in self.target_grams)
        if self.alpha == 0:
            return gram, torch.zeros_like(gram)
        autocorrelation = sum(
            ((self.autocorrelation(m) - t) ** 2).sum() for m, t in zip(maps, self.target_autocorrelations, strict=True)
        )
        return gram, autocorrelation / sum((t**2).sum() for t in self.target_autocorrelations)

    def diversity(self, maps):
        shifts = sorted({*range(self.step % 50, self.frames, 50), *self.memory})
        energy = sum((t**2).sum() for t in self.target_maps)
        padded = [functional.pad(m, (0, self.frames - m.shape[1])) for m in maps]
        padded_target = [functional.pad(t, (0, self.frames - t.shape[1])) for t in self.target_maps]
        losses = torch.stack(
            [
                energy / sum(((m.roll(-s, 1) - t) ** 2).sum() for m, t in zip(padded, padded_target, strict=True))
                for s in shifts
            ]
        )
        self.worst = shifts[int(losses.argmax())]
        return losses.max()

    def value_and_gradient(self, spectrogram):
        """The loss as a float and its gradient."""
        variable = spectrogram.detach().requires_grad_(True)
        maps = self.features(variable)
        gram, autocorrelation = self._terms(maps)
        total = gram + self.alpha * autocorrelation
        self.undiversified = total.item()
        if self.with_diversity:
            total = total + self.beta * self.diversity(maps)
        (gradient,) = torch.autograd.grad(total, variable)
        return total.item(), gradient

    def advance(self):
        """Begin the next iteration: move the comb, and drop the diversity term after 100."""
        self.step += 1
        if self.worst is not None:
            self.memory.append(self.worst)
        if self.step >= 100:
            self.with_diversity = False


def minimize_reference(objective, start, iterations, on_iteration):
    """SciPy's L-BFGS-B on an objective; `on_iteration` gets the iterate as a tensor."""
    shape, dtype = start.shape, start.dtype

    def to_tensor(x):
        return torch.from_numpy(x).to(dtype).reshape(shape).to(start.device)

    def scaled(x):
        value, gradient = objective.value_and_gradient(to_tensor(x))
        return value * LOSS_SCALE, gradient.cpu().numpy().ravel().astype(np.float64) * LOSS_SCALE

    def callback(x):
        objective.advance()
        on_iteration(to_tensor(x))

    result = scipy.optimize.minimize(
        scaled,
        start.cpu().numpy().ravel().astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        bounds=scipy.optimize.Bounds(0, np.inf),
        callback=callback,
        options={"maxiter": iterations, "maxfun": 20 * iterations, "ftol": 0, "gtol": 0},
    )
    return to_tensor(result.x)
