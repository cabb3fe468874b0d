"""The Gram loss of infinitely many random filters, in closed form."""

import math

import torch

from texture_core.errors import ParameterError

# Elements of a matrix of products that are processed at a time, so that they fit into the processor's cache.
_BLOCK = 65536
# Patches of the synthesis whose products with all others are computed at a time, so that memory grows linearly.
_PATCHES = 2048


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
    numbers of patches, memory to the number of the target's, because the synthesis is processed in blocks. Frames after
    the last complete patch of `stride` frames are ignored.
    """

    def __init__(self, target, widths, stride=2, loudness=1.0):
        self._stride, self._loudness = stride, loudness
        self._widths = _doublings(widths, stride)
        self._counted = set(widths)
        if target.shape[-1] < self._widths[-1]:
            raise ParameterError(
                f"features.kernel_widths: {self._widths[-1]} frames, but the spectrogram has only {target.shape[-1]}"
            )
        self._target = self._patches(target if target.dim() == 3 else target[None])
        self._target_norms = self._norms(self._target)
        self._within_target = 0.0
        for level, products in enumerate(self._summed_up(_products(self._target, self._target))):
            if self._widths[level] in self._counted:
                norms = self._target_norms[level]
                total, _ = _sum_of_squared_kernels(products, norms, norms, 1.0, loudness)
                self._within_target += total / self._pairs(norms, norms, self._widths[level])

    def __call__(self, view):
        """Return the loss, a scalar tensor, of a view (rows, frames), at least as long as the widest kernel."""
        return _WithGradient.apply(view, self)

    def value_and_gradient(self, view):
        """Return the loss, a float, and its gradient (rows, frames)."""
        patches = self._patches(view[None])
        norms = self._norms(patches)
        value = 1.0
        # With respect to the patches of `stride` frames: via the products, and via the norms of each width.
        gradient = torch.zeros_like(patches)
        by_energy = [torch.zeros_like(norm) for norm in norms]
        # Pairs within the synthesis depend on it twice, pairs with the target once.
        for other, other_norms, sign, moving in (
            (patches, norms, 1.0, 2.0),
            (self._target, self._target_norms, -2.0, 1.0),
        ):
            scales = [
                sign / (self._pairs(own, others, width) * self._within_target)
                for own, others, width in zip(norms, other_norms, self._widths, strict=True)
            ]
            for first, block in self._blocks(patches):
                by_product = self._summed_up(_products(block, other))
                for level, products in enumerate(by_product):
                    counted = min(products.shape[1], _PATCHES) if self._widths[level] in self._counted else 0
                    products[:, counted:].zero_()
                    if not counted:
                        continue
                    own = norms[level][:, first : first + counted]
                    total, by_norm = _sum_of_squared_kernels(
                        products[:, :counted], own, other_norms[level], scales[level], self._loudness
                    )
                    value += scales[level] * total
                    by_energy[level][:, first : first + counted].add_(by_norm.div_(2 * own), alpha=moving)
                by_first = self._summed_down(by_product).flatten(2).flatten(0, 1)
                gradient[0, first : first + block.shape[1]].addmm_(by_first, other.flatten(0, 1), alpha=moving)
        gradient.addcmul_(patches, self._summed_down(by_energy)[..., None], value=2.0)
        result = torch.zeros_like(view)
        result[:, : patches.shape[1] * self._stride] = gradient.view(-1, len(view)).T
        return value, result

    def _blocks(self, patches):
        """Yield blocks of patches with the number of the first; each continues as far as its widest patches need."""
        count, reach = patches.shape[1], self._widths[-1] // self._stride - 1
        for first in range(0, count, _PATCHES):
            yield first, patches[:, first : first + _PATCHES + reach]

    def _pairs(self, norms, other_norms, width):
        """Return the number of pairs of patches times the factor of Glorot's weights."""
        return norms.numel() * other_norms.numel() * width ** (2 * self._loudness)

    def _patches(self, view):
        """Return patches (segments, patches, stride * rows) of `stride` frames each, from (segments, rows, frames)."""
        count = view.shape[2] // self._stride
        return view[..., : count * self._stride].mT.reshape(len(view), count, -1).contiguous()

    def _norms(self, patches):
        """Return the norms of the patches, one tensor (segments, patches) for each width."""
        smallest = torch.finfo(patches.dtype).tiny ** 0.5
        return [energy.clamp_min(smallest).sqrt() for energy in self._summed_up(patches.square().sum(dim=2))]

    def _summed_up(self, values):
        """Return the sums for each width, from those for the first; (segments, patches), or the same for both sides."""
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


def _products(patches, other):
    """Return the products of all pairs, (segments, patches, other segments, other patches)."""
    return (patches.flatten(0, 1) @ other.flatten(0, 1).T).view(*patches.shape[:2], *other.shape[:2])


def _before_and_after(shift, values):
    """Return the indices of the values, and of those `shift` patches later, along each dimension of patches."""
    return tuple((slice(None), own) * (values.dim() // 2) for own in (slice(None, -shift), slice(shift, None)))


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


def _sum_of_squared_kernels(products, norms, other_norms, scale, loudness):
    """Sum k(a, b)² over all pairs of patches, and compute the gradient of a multiple of the sum.

    Parameters
    ----------
    products : torch.Tensor
        (segments, patches, other segments, other patches), a·b; overwritten by scale * d sum / d products for fixed
        norms.
    norms, other_norms : torch.Tensor
        |a| and |b|, (segments, patches).
    scale : float
    loudness : float
        p in k = (|a| |b|)^p (sin θ + (π - θ) cos θ) / π.

    Returns
    -------
    total : float
        The sum, without the scale.
    by_norm : torch.Tensor
        (segments, patches): scale * d sum / d |a| at fixed products.
    """
    shape, other_norms, norms = norms.shape, other_norms.flatten(), norms.flatten()
    products = products.view(len(norms), len(other_norms))
    rows, columns = products.shape
    step = rows if products.is_cuda else max(1, _BLOCK // columns)
    buffers = [products.new_empty(min(step, rows), columns) for _ in range(3)]
    by_norm = torch.empty_like(norms)
    inverse, other_inverse = norms.reciprocal(), other_norms.reciprocal()
    power, other_power = norms**loudness, other_norms**loudness
    total = 0.0
    for first in range(0, rows, step):
        block = products[first : first + step]
        own = slice(first, first + len(block))
        cosine, slope, sine = (buffer[: len(block)] for buffer in buffers)
        torch.mul(block, other_inverse, out=cosine)
        cosine.mul_(inverse[own, None]).clamp_(-1.0, 1.0)
        # The derivative of (sin θ + (π - θ) cos θ) / π with respect to cos θ is (π - θ) / π.
        torch.acos(cosine, out=slope).mul_(-1 / math.pi).add_(1.0)
        torch.mul(cosine, cosine, out=sine).neg_().add_(1.0).sqrt_().mul_(1 / math.pi)
        kernel = cosine.mul_(slope).add_(sine).mul_(other_power).mul_(power[own, None])
        total += torch.dot(kernel.view(-1), kernel.view(-1)).item()
        torch.mul(kernel, slope, out=block)
        if loudness != 1:
            block.mul_(other_power * other_inverse).mul_((power * inverse)[own, None])
        block.mul_(2 * scale)
        # For fixed products: d k / d |a| = |a|^(p-1) |b|^p sin θ / π + (p - 1) k / |a|.
        torch.mv(sine.mul_(kernel), other_power, out=by_norm[own])
        if loudness != 1:
            by_norm[own] *= (power * inverse)[own]
            by_norm[own] += (loudness - 1) * kernel.square_().sum(dim=1) * inverse[own]
    return total, by_norm.mul_(2 * scale).view(shape)
