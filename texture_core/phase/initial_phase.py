"""Initial phases for phase recovery: random, or estimated from the magnitudes.

The estimate is phase gradient heap integration (Průša, Balazs & Søndergaard 2017).
"""

import math

import numpy as np
import torch

# The Gaussian nearest to a Hann window of n samples is exp(-π t² / γ) with γ = 0.25645 n² (ibid., table 1).
_HANN_GAMMA = 0.25645
# Magnitudes below this, relative to the largest, do not determine the phase and keep random phases.
_TOLERANCE = 1e-6


def initial_phase(magnitude, start, generator, n_fft, hop_length):
    """Compute initial phases.

    Parameters
    ----------
    magnitude : torch.Tensor
        (bins, frames), at least 0, of a centred transform with a Hann window of n_fft samples.
    start : {'random', 'phase_gradient'}
    generator : torch.Generator
        CPU generator of the random phases, uniform in angle.
    n_fft, hop_length : int
        Samples.

    Returns
    -------
    torch.Tensor
        (bins, frames), complex of modulus 1, on the magnitude's device.
    """
    angle = 2 * math.pi * torch.rand(magnitude.shape, generator=generator)
    phase = torch.polar(torch.ones_like(angle), angle).to(magnitude.device)
    return phase if start == "random" else integrate_phase(magnitude, phase, n_fft, hop_length)


def integrate_phase(magnitude, random_phase, n_fft, hop_length):
    """Integrate the phase gradient that the magnitudes imply for a Gaussian window.

    Parameters
    ----------
    magnitude : torch.Tensor
        (bins, frames), at least 0, of a centred transform with a Hann window of n_fft samples.
    random_phase : torch.Tensor
        (bins, frames), complex of modulus 1: kept where magnitudes are too small, and used at the largest magnitude of
        each connected region of the others.
    n_fft, hop_length : int
        Samples.

    Returns
    -------
    torch.Tensor
        (bins, frames), complex of modulus 1, like `random_phase`.

    Notes
    -----
    With L the logarithm of the magnitude, over bins m and frames n, the phase advances by
    2π a m / N + (a N / γ) ∂L/∂m from frame to frame and by -π - (γ / (a N)) ∂L/∂n from bin to bin, for a hop of a and a
    window of N samples; the π because the transform counts time from the start of its window. The publication visits
    coefficients with a heap, always the largest unvisited neighbour next. A spanning tree that prefers edges whose
    smaller magnitude is large gives the same paths.
    """
    values = magnitude.detach().cpu().double().numpy()
    random = random_phase.detach().cpu().to(torch.complex128).numpy()
    bins, frames = values.shape
    floor = _TOLERANCE * values.max()
    if floor == 0:
        return random_phase
    level = np.log(np.maximum(values, floor))
    gamma = _HANN_GAMMA * n_fft**2
    by_frame = 2 * math.pi * hop_length / n_fft * np.arange(bins)[:, None] + hop_length * n_fft / gamma * np.gradient(
        level, axis=0
    )
    by_bin = -math.pi - gamma / (hop_length * n_fft) * np.gradient(level, axis=1)
    node = np.arange(bins * frames).reshape(bins, frames)
    # An edge leads from the earlier frame or the lower bin; the phase advances by the mean of its ends' gradients.
    pairs = [
        (node[:, :-1], node[:, 1:], (by_frame[:, :-1] + by_frame[:, 1:]) / 2),
        (node[:-1], node[1:], (by_bin[:-1] + by_bin[1:]) / 2),
    ]
    first, second, advance = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in range(3))
    heights = level.ravel()
    lower = np.minimum(heights[first], heights[second])
    meaningful = lower > math.log(floor)
    first, second, advance, lower = (array[meaningful] for array in (first, second, advance, lower))
    parent, step = _walk(first, second, advance, lower, heights)
    # Twice as many steps up the tree at a time. A root is its own parent, and its step is 0.
    while not np.array_equal(parent, parent[parent]):
        step = step + step[parent]
        parent = parent[parent]
    phase = random.ravel()[parent] * np.exp(1j * step)
    return torch.from_numpy(phase.reshape(bins, frames)).to(random_phase)


def _walk(first, second, advance, lower, heights):
    """Return the parent of each node (itself for a root) and the phase advance from there (0 for a root)."""
    # Imported here because inversions with random phases do not need SciPy.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

    count = len(heights)
    edges = coo_array((lower.max(initial=0) - lower + 1, (first, second)), shape=(count, count))
    tree = minimum_spanning_tree(edges.tocsr()).tocoo()
    islands, label = connected_components(tree, directed=False)
    # The node of the largest magnitude of each island hangs on one further node, from which a single walk sees all.
    order = np.argsort(heights, kind="stable")
    highest = np.zeros(islands, dtype=np.int64)
    highest[label[order]] = order
    rows = np.concatenate([tree.row, np.full(islands, count)])
    columns = np.concatenate([tree.col, highest])
    rooted = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count + 1, count + 1)).tocsr()
    _, parent = breadth_first_order(rooted, count, directed=False)
    parent = parent[:count].astype(np.int64)
    parent[highest] = highest
    # An edge is known by both its ends, in the order of the pairs above.
    key = first * count + second
    by_key = np.argsort(key)
    child = np.arange(count)
    step = np.zeros(count)
    for begin, end, sign in ((parent, child, 1.0), (child, parent, -1.0)):
        wanted = begin * count + end
        place = np.minimum(np.searchsorted(key, wanted, sorter=by_key), max(len(key) - 1, 0))
        if len(key):
            found = by_key[place]
            hit = (key[found] == wanted) & (parent != child)
            step[hit] = sign * advance[found[hit]]
    return parent, step
