"""The Gram loss of infinitely many random filters, in closed form."""

import math

import torch

from texture_core.errors import ParameterError

# Elements of a matrix of products that are processed at a time, so that they fit into the processor's cache.
_BLOCK = 65536
# Patches of the synthesis whose products with all others are computed at a time, so that memory grows linearly.
_PATCHES = 1024


class GramLimitLoss:
    """Limit of the Gram loss of random one-layer networks for an infinite number of filters.

    As the number of filters grows, the product of a network's feature maps at two places, the sum over filters of
    F[s] F[t], converges to the arc-cosine kernel of degree 1 of the two patches a, b of frames at these places:

        k(a, b) = |a| |b| (sin θ + (π - θ) cos θ) / π,   cos θ = a·b / (|a| |b|)

    up to a factor (Cho & Saul 2009). The squared distance of two Gram matrices therefore converges to a maximum mean
    discrepancy (Gretton et al. 2012) with the kernel k²,

        ‖G - G̃‖² → mean of k(x_s, x_t)² - 2 mean of k(x_s, y_t)² + mean of k(y_s, y_t)²,

    over the patches x of the synthesis and y of the target. The networks of all widths add up as in eq. 3 of the
    paper, where Glorot's weights give a network of width w the factor 1 / w².

    The loss grows with the fourth power of a patch's norm, so quiet patches hardly count. With `loudness` p, the norms
    in k are raised to the power p: with 0, all patches count equally, as if each were normalised.

    Parameters
    ----------
    target : torch.Tensor
        (rows, frames), a view of a spectrogram; or (segments, rows, frames), segments of a longer one, whose patches
        all count. No patch spans two segments.
    widths : sequence of int
        Kernel width of each network, in frames; each is `stride` times a power of two.
    stride : int
        Hop of the patches in frames. Each frame is still part of a patch of each width.
    loudness : float
        Exponent of the norms in the kernel, from 0 to 1; 1 is the limit of the networks.

    Raises
    ------
    ParameterError
        If a width is not `stride` times a power of two, or the target is shorter than the widest kernel.

    Notes
    -----
    The products of all patches of width 2 w are sums of two products of patches of width w, P_2w[s, t] = P_w[s, t] +
    P_w[s + w, t + w], so one product of frames is enough for all widths. Time is proportional to the product of the
    numbers of patches, memory to their sum, because the synthesis is processed in blocks. Frames after the last
    complete patch of `stride` frames are ignored.
    """

    def __init__(self, target, widths, stride=2, loudness=1.0):
        self._stride, self._loudness = stride, loudness
        self._widths = _doublings(widths, stride)
        self._counted = set(widths)
        if target.shape[-1] < self._widths[-1]:
            raise ParameterError(
                f"features.kernel_widths: {self._widths[-1]} frames, but the spectrogram has only {target.shape[-1]}"
            )
        patches = self._patches(target if target.dim() == 3 else target[None])
        self._target = patches.flatten(0, 1)
        self._target_energy = self._target.square().sum(dim=1)
        self._target_shares = [self._shares(patches, width) for width in self._widths]
        self._within_target = 0.0
        energies = self._energies(self._target_energy)
        for level, products in enumerate(self._summed_up(self._target @ self._target.T)):
            if self._widths[level] in self._counted:
                weight = energies[level] ** loudness * self._target_shares[level]
                reciprocal = energies[level].rsqrt()
                total, _ = _sum_of_squared_kernels(products, (reciprocal, weight), (reciprocal, weight), 0, loudness)
                self._within_target += total

    def __call__(self, view):
        """Return the loss, a scalar tensor, of a view (rows, frames), at least as long as the widest kernel."""
        return _WithGradient.apply(view, self)

    def value_and_gradient(self, view):
        """Return the loss, a float, and its gradient (rows, frames)."""
        patches = self._patches(view[None])[0]
        # Pairs within the synthesis and pairs with the target are computed together.
        others = torch.cat([patches, self._target])
        levels = self._rows_and_columns(patches)
        value = 1.0
        # With respect to the patches of `stride` frames: via the products, and via the energies of each width.
        gradient = torch.zeros_like(patches)
        by_energy = [torch.zeros_like(rows[0]) for rows, _ in levels]
        for first, block in self._blocks(patches):
            by_product = self._summed_up(block @ others.T)
            for level, products in enumerate(by_product):
                counted = min(len(products), _PATCHES) if self._widths[level] in self._counted else 0
                products[counted:].zero_()
                if counted:
                    rows, columns = levels[level]
                    own = slice(first, first + counted)
                    total, by_energy[level][own] = _sum_of_squared_kernels(
                        products[:counted], [values[own] for values in rows], columns, len(rows[0]), self._loudness
                    )
                    value += total
            gradient[first : first + len(block)].addmm_(self._summed_down(by_product), others)
        gradient.addcmul_(patches, self._summed_down(by_energy)[:, None], value=2.0)
        result = torch.zeros_like(view)
        result[:, : len(patches) * self._stride] = gradient.view(-1, len(view)).T
        return value, result

    def _rows_and_columns(self, patches):
        """Return for each width 1 / |a| and the weights of the synthesis's patches, and of these and the target's.

        A pair counts by the product of its weights: those of the columns are such that the sum over all pairs is the
        derivative of the loss, to which pairs within the synthesis contribute twice.
        """
        count, levels = len(patches), []
        energies = self._energies(torch.cat([patches.square().sum(dim=1), self._target_energy]))
        for width, energy, target_shares in zip(self._widths, energies, self._target_shares, strict=True):
            reciprocal, weight = energy.rsqrt(), energy**self._loudness
            own = count - width // self._stride + 1
            weight[:own] *= self._shares(patches[None], width)
            rows = reciprocal[:own], weight[:own].clone()
            weight[:own] *= 2 / self._within_target
            # Patches of both.
            weight[own:count] = 0
            weight[count:] *= target_shares * (-2 / self._within_target)
            levels.append((rows, (reciprocal, weight)))
        return levels

    def _blocks(self, patches):
        """Yield blocks of patches with the number of the first; each continues as far as its widest patches need."""
        reach = self._widths[-1] // self._stride - 1
        for first in range(0, len(patches), _PATCHES):
            yield first, patches[first : first + _PATCHES + reach]

    def _patches(self, view):
        """Return patches (segments, patches, stride * rows) of `stride` frames each, from (segments, rows, frames)."""
        count = view.shape[2] // self._stride
        return view[..., : count * self._stride].mT.reshape(len(view), count, -1).contiguous()

    def _shares(self, patches, width):
        """Return what each patch of a width counts for, (patches,), in the order of the patches of `stride` frames.

        It is the reciprocal of their number times the factor of Glorot's weights; 0 for patches of two segments.
        """
        segments, count = patches.shape[:2]
        span = width // self._stride - 1
        shares = patches.new_zeros(count)
        shares[: count - span] = 1 / (segments * (count - span) * width**self._loudness)
        return shares.repeat(segments)[: segments * count - span]

    def _energies(self, energy):
        """Return the squared norms of the patches of each width, from those of the patches of `stride` frames."""
        return [values.clamp_min(torch.finfo(values.dtype).tiny) for values in self._summed_up(energy)]

    def _summed_up(self, values):
        """Return the sums for each width, from those for the first; of (patches,), or the same for both sides."""
        levels = [values]
        for shift in self._shifts():
            before, after = _before_and_after(shift, values)
            levels.append(levels[-1][before] + levels[-1][after])
        return levels

    def _summed_down(self, gradients):
        """Return the adjoint of `_summed_up`; overwrites the gradients."""
        above = gradients[-1]
        for shift, gradient in zip(reversed(self._shifts()), reversed(gradients[:-1]), strict=True):
            before, after = _before_and_after(shift, gradient)
            gradient[before] += above
            gradient[after] += above
            above = gradient
        return above

    def _shifts(self):
        """Return half of each width but the first, in patches."""
        return [width // self._stride for width in self._widths[:-1]]


class _WithGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, view, loss):
        value, gradient = loss.value_and_gradient(view)
        ctx.save_for_backward(gradient)
        return view.new_tensor(value)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, outer):
        return ctx.saved_tensors[0] * outer, None


def _before_and_after(shift, values):
    """Return the indices of the values, and of those `shift` patches later, along all dimensions."""
    return tuple((own,) * values.dim() for own in (slice(None, -shift), slice(shift, None)))


def _doublings(widths, stride):
    """Return `stride` times powers of two, up to the largest width."""
    doublings = [stride]
    while doublings[-1] < max(widths):
        doublings.append(2 * doublings[-1])
    strange = sorted(set(widths) - set(doublings))
    if strange:
        raise ParameterError(
            f"features.kernel_widths: the extractor limit expects the stride of {stride} frames times a power of two, "
            f"found {', '.join(map(str, strange))}; change the widths or features.options.stride"
        )
    return doublings


def _sum_of_squared_kernels(products, rows, columns, halved, loudness):
    """Sum k(a, b)² over all pairs of patches by the products of their weights, and compute the sum's gradient.

    Parameters
    ----------
    products : torch.Tensor
        (rows, columns), a·b; overwritten by the derivatives of the sum, without `halved`, for fixed norms.
    rows, columns : tuple of torch.Tensor
        1 / |a| and the weight of each patch, which contains |a|^2p, (rows,) and (columns,) each.
    halved : int
        Number of the first columns that count half in the total.
    loudness : float
        p in k = (|a| |b|)^p (sin θ + (π - θ) cos θ) / π.

    Returns
    -------
    total : float
    by_energy : torch.Tensor
        (rows,): derivatives of the sum by |a|² for fixed products.
    """
    (reciprocal, weight), (other_reciprocal, other_weight) = rows, columns
    count, width = products.shape
    step = count if products.is_cuda else max(1, _BLOCK // width)
    buffers = [products.new_empty(min(step, count), width) for _ in range(3)]
    # The sums over the columns of k², in the two parts, and of k sin θ.
    halves, wholes, slants = (torch.zeros_like(weight) for _ in range(3))
    one = products.new_ones(())
    # π² k k' / (|a| |b|), where k' = (π - θ) / π is the derivative by cos θ.
    factor, other_factor = weight * reciprocal, 2 / math.pi**2 * other_weight * other_reciprocal
    negative = -other_reciprocal
    for first in range(0, count, step):
        block = products[first : first + step]
        own = slice(first, first + len(block))
        cosine, angle, sine = (buffer[: len(block)] for buffer in buffers)
        # -cos θ, whose arc cosine is π - θ.
        torch.mul(block, negative, out=cosine)
        cosine.mul_(reciprocal[own, None]).clamp_(-1.0, 1.0)
        torch.acos(cosine, out=angle)
        torch.addcmul(one, cosine, cosine, value=-1, out=sine).sqrt_()
        kernel = torch.addcmul(sine, cosine, angle, value=-1, out=cosine)
        torch.mul(kernel, angle, out=block).mul_(other_factor).mul_(factor[own, None])
        torch.mv(sine.mul_(kernel), other_weight, out=slants[own])
        kernel.square_()
        torch.mv(kernel[:, :halved], other_weight[:halved], out=halves[own])
        torch.mv(kernel[:, halved:], other_weight[halved:], out=wholes[own])
    total = torch.dot(weight.double(), halves.double() / 2 + wholes.double()).item() / math.pi**2
    # For fixed products: d k / d |a| = |a|^(p-1) |b|^p sin θ / π + (p - 1) k / |a|.
    slants.add_(halves.add_(wholes), alpha=loudness - 1)
    return total, slants.mul_(weight * reciprocal.square() / math.pi**2)
