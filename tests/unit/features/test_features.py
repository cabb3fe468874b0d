"""The random ensemble: its weights, its convolution against a naive loop, its lengths."""

import math

import numpy as np
import pytest
import scipy.stats
import torch

from texture_core import registry
from texture_core.errors import ParameterError
from texture_core.losses.diversity import DiversityLoss
from texture_core.parameters.method import DiversityParameters, FeatureParameters

PAPER_WIDTHS = (2, 4, 8, 16, 32, 64)


def ensemble(bins, seed=0, device="cpu", dtype=torch.float64, **fields):
    parameters = FeatureParameters(**fields)
    return registry.load("features", "ensemble").create(parameters, bins, seed, device=device, dtype=dtype)


def impulse_weights(extractor, bins, widths, device="cpu", dtype=torch.float64):
    """The kernels as their responses to one impulse a bin tell them, (filters, bins, width) each.

    Without a bias, the rectifier's two halves F(x) and F(-x) together give the convolution itself.
    """
    spacing = 2 * max(widths)
    impulses = torch.zeros(bins, (bins + 1) * spacing, device=device, dtype=dtype)
    places = [(bin_ + 1) * spacing - 1 for bin_ in range(bins)]
    for bin_, place in enumerate(places):
        impulses[bin_, place] = 1
    responses = [a - b for a, b in zip(extractor(impulses), extractor(-impulses), strict=True)]
    return [
        np.stack([response[:, place - width + 1 : place + 1].flip(1).cpu().numpy() for place in places], axis=1)
        for response, width in zip(responses, widths, strict=True)
    ]


def features_by_loops(weights, log_magnitude, circular):
    frames = log_magnitude.shape[1]
    maps = []
    for weight in weights:
        filters, bins, width = weight.shape
        length = frames if circular else frames - width + 1
        values = np.zeros((filters, length))
        for i in range(filters):
            for t in range(length):
                for c in range(bins):
                    for j in range(width):
                        values[i, t] += weight[i, c, j] * log_magnitude[c, (t + j) % frames]
        maps.append(np.maximum(values, 0))
    return maps


@pytest.mark.parametrize("padding", ["valid", "circular"])
@pytest.mark.parametrize(("widths", "frames"), [((1,), 5), ((2, 4, 8, 16, 32), 40), ((3, 17, 40), 40)])
def test_features_are_a_rectified_convolution_over_time(widths, frames, padding, device):
    extractor = ensemble(3, device=device, kernel_widths=widths, filters=4, padding=padding)
    weights = impulse_weights(extractor, 3, widths, device)
    log_magnitude = np.abs(np.random.default_rng(0).normal(size=(3, frames)))
    expected = features_by_loops(weights, log_magnitude, padding == "circular")
    maps = extractor(torch.from_numpy(log_magnitude).to(device))
    assert [tuple(values.shape) for values in maps] == [values.shape for values in expected]
    for values, reference in zip(maps, expected, strict=True):
        np.testing.assert_allclose(values.cpu().numpy(), reference, rtol=0, atol=1e-12)
    assert any((reference == 0).any() for reference in expected)
    assert any((reference > 0).any() for reference in expected)


def test_single_precision_sees_the_same_network(device):
    log_magnitude = torch.from_numpy(np.abs(np.random.default_rng(0).normal(size=(30, 300)))).to(device)
    double = ensemble(30, device=device, filters=16)(log_magnitude)
    single = ensemble(30, device=device, dtype=torch.float32, filters=16)(log_magnitude.float())
    for a, b in zip(double, single, strict=True):
        assert b.dtype == torch.float32
        assert (a - b).abs().max().item() < 2e-5 * a.abs().max().item()


@pytest.mark.parametrize(("width", "frames"), [(8, 700), (16, 700), (16, 128), (64, 700), (64, 129), (200, 700)])
def test_long_signals_have_no_seams(width, frames):
    """However the convolution is cut into blocks."""
    extractor = ensemble(5, kernel_widths=(width,), filters=4)
    log_magnitude = torch.from_numpy(np.abs(np.random.default_rng(1).normal(size=(5, frames)))).requires_grad_(True)
    (whole,) = extractor(log_magnitude)
    weight = torch.from_numpy(impulse_weights(extractor, 5, (width,))[0])
    direct = torch.einsum("icj,ctj->it", weight, log_magnitude.unfold(1, width, 1)).relu()
    assert whole.shape == (4, frames - width + 1)
    assert (whole - direct).abs().max().item() < 1e-12
    # Nor has the gradient.
    outer = torch.from_numpy(np.random.default_rng(2).normal(size=whole.shape))
    (gradient,) = torch.autograd.grad(whole, log_magnitude, outer)
    (expected,) = torch.autograd.grad(direct, log_magnitude, outer)
    assert (gradient - expected).abs().max().item() < 1e-12


def test_circular_padding_is_valid_padding_without_an_end():
    log_magnitude = torch.from_numpy(np.abs(np.random.default_rng(0).normal(size=(6, 50))))
    widths = (2, 7, 20)
    valid = ensemble(6, kernel_widths=widths, filters=3)(log_magnitude)
    circular_ensemble = ensemble(6, kernel_widths=widths, filters=3, padding="circular")
    circular = circular_ensemble(log_magnitude)
    rolled = circular_ensemble(log_magnitude.roll(13, dims=1))
    for width, a, b, c in zip(widths, valid, circular, rolled, strict=True):
        assert b.shape == (3, 50)
        assert torch.allclose(a, b[:, : 50 - width + 1], rtol=0, atol=1e-12)
        assert torch.allclose(b.roll(13, dims=1), c, rtol=0, atol=1e-12)


@pytest.mark.parametrize("padding", ["valid", "circular"])
def test_a_kernel_wider_than_the_spectrogram(padding):
    extractor = ensemble(3, kernel_widths=(2, 9), filters=2, padding=padding)
    assert extractor(torch.ones(3, 9, dtype=torch.float64))[1].shape[1] == (1 if padding == "valid" else 9)
    with pytest.raises(ParameterError, match=r"features\.kernel_widths: 9 frames.*only 8"):
        extractor(torch.ones(3, 8, dtype=torch.float64))


@pytest.mark.parametrize(("filters", "width"), [(64, 2), (64, 16), (5, 40)])
def test_weights_are_glorot_uniform(filters, width):
    bins = 257
    extractor = ensemble(bins, seed=3, kernel_widths=(width,), filters=filters)
    (weight,) = impulse_weights(extractor, bins, (width,))
    assert weight.shape == (filters, bins, width)
    bound = math.sqrt(6 / (bins * width + filters * width))
    assert np.abs(weight).max() <= bound * (1 + 1e-9)
    assert np.abs(weight).max() > 0.999 * bound
    assert abs(weight.mean()) < 5 * bound / math.sqrt(3 * weight.size)
    for part in (weight.ravel(), weight[0].ravel(), weight[:, 0].ravel(), weight[..., -1].ravel()):
        assert scipy.stats.kstest(part, "uniform", args=(-bound, 2 * bound)).pvalue > 1e-3


def test_every_width_of_the_paper_has_its_own_independent_network():
    extractor = ensemble(9, kernel_widths=(*PAPER_WIDTHS, 64), filters=7)
    weights = impulse_weights(extractor, 9, (*PAPER_WIDTHS, 64))
    assert [weight.shape for weight in weights] == [(7, 9, width) for width in (*PAPER_WIDTHS, 64)]
    samples = [weight.ravel()[:126] / np.abs(weight).max() for weight in weights]
    correlations = np.corrcoef(samples) - np.eye(len(samples))
    # Five standard deviations of the correlation of independent samples.
    assert np.abs(correlations).max() < 5 / math.sqrt(126)


def test_weights_depend_on_seed_and_architecture_alone(device):
    fields = {"kernel_widths": (2, 16), "filters": 4}
    torch.manual_seed(1)
    first = impulse_weights(ensemble(5, seed=8, **fields), 5, (2, 16))
    torch.manual_seed(2)
    state = torch.get_rng_state()
    again = ensemble(5, seed=8, device=device, **fields)
    assert torch.equal(torch.get_rng_state(), state)
    for a, b in zip(first, impulse_weights(again, 5, (2, 16), device), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
    other = impulse_weights(ensemble(5, seed=9, **fields), 5, (2, 16))
    circular = impulse_weights(ensemble(5, seed=8, padding="circular", **fields), 5, (2, 16))
    for a, b, c in zip(first, other, circular, strict=True):
        assert np.abs(a - b).mean() > 0.1 * np.abs(a).mean()
        np.testing.assert_allclose(a, c, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("padding", ["valid", "circular"])
@pytest.mark.parametrize("frames", [211, 320])
def test_a_shifted_copy_has_its_largest_diversity_loss_at_exactly_its_shift(frames, padding, dtype, device):
    extractor = ensemble(12, device=device, dtype=dtype, kernel_widths=PAPER_WIDTHS, filters=6, padding=padding)
    target = torch.from_numpy(np.abs(np.random.default_rng(0).normal(size=(12, frames)))).to(device, dtype)
    loss = DiversityLoss(extractor(target), frames, DiversityParameters(shifts="exact"))
    for shift in (0, 1, 2, 50, 105, 106, 160, frames - 2, frames - 1):
        value = loss(extractor(target.roll(shift, dims=1)))
        assert loss.worst_shift == shift
        if padding == "circular" or shift == 0:
            assert value.item() > 1e5
        else:
            # The seam lies inside the clip, so some frames of each map see it.
            assert value.item() > 1.5
    noise = torch.from_numpy(np.abs(np.random.default_rng(1).normal(size=(12, frames)))).to(device, dtype)
    assert loss(extractor(noise)).item() < 3


def test_gradient_of_the_features():
    extractor = ensemble(3, kernel_widths=(1, 4, 16, 20), filters=2)
    log_magnitude = torch.from_numpy(np.abs(np.random.default_rng(2).normal(size=(3, 24)))).requires_grad_(True)
    preactivations = [a - b for a, b in zip(extractor(log_magnitude), extractor(-log_magnitude), strict=True)]
    # Finite differences are wrong across the rectifier's kink.
    assert min(values.abs().min().item() for values in preactivations) > 1e-5
    assert torch.autograd.gradcheck(lambda x: tuple(extractor(x)), log_magnitude, eps=1e-6, atol=1e-7)
