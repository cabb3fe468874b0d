"""The losses that a setting may add, against versions written with loops, and their place in the loss history."""

import numpy as np
import pytest
import torch
from maps import random_maps, tensors

from texture_core.errors import ParameterError
from texture_core.losses.sendik import SendikLoss
from texture_core.losses.structural import StructuralLoss, structural_matrix
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import FeatureParameters, OptimizerParameters, Parameters

FEATURES = FeatureParameters(kernel_widths=(2, 4), filters=4)


def two_maps(seed):
    return tensors(random_maps([(3, 17), (2, 12)], seed))


def structural_by_loops(values, lags):
    filters, frames = values.shape
    result = np.zeros((filters, lags))
    for i in range(filters):
        for lag in range(lags):
            for t in range(frames - lag):
                result[i, lag] += values[i, t] * values[i, t + lag] / (frames - lag)
    return result


def test_structural_matrix_is_the_unwrapped_mean_of_products():
    (values, _) = two_maps(0)
    for lags in (1, 9, 17):
        np.testing.assert_allclose(
            structural_matrix(values, lags).numpy(), structural_by_loops(values.numpy(), lags), atol=1e-14
        )


def test_structural_loss_compares_lags_up_to_half_of_each_map():
    target, maps = two_maps(0), two_maps(1)
    distance = energy = 0.0
    for a, b in zip(maps, target, strict=True):
        lags = b.shape[1] // 2 + 1
        reference = structural_by_loops(b.numpy(), lags)
        distance += ((structural_by_loops(a.numpy(), lags) - reference) ** 2).sum()
        energy += (reference**2).sum()
    loss = StructuralLoss(target)
    assert loss(maps).item() == pytest.approx(distance / energy, rel=1e-12)
    assert loss(target).item() == 0
    with pytest.raises(ParameterError, match="at least half as long as its target"):
        loss([values[:, : values.shape[1] // 2 - 1] for values in maps])


def test_sendik_loss_is_minus_the_squared_distance_relative_to_the_target():
    target, maps = two_maps(0), two_maps(1)
    distance = sum(((a - b) ** 2).sum().item() for a, b in zip(maps, target, strict=True))
    energy = sum((b**2).sum().item() for b in target)
    assert SendikLoss(target)(maps).item() == pytest.approx(-distance / energy, rel=1e-12)
    assert SendikLoss(target)([2 * values for values in target]).item() == pytest.approx(-1, rel=1e-12)


def test_sendik_loss_needs_equal_lengths():
    target = two_maps(0)
    with pytest.raises(ParameterError, match=r"losses\.sendik: .* as long as its target"):
        SendikLoss(target)([values[:, :-1] for values in target])


@pytest.mark.parametrize("loss_class", [SendikLoss, StructuralLoss])
def test_gradients(loss_class):
    loss = loss_class(two_maps(0))
    maps = [values.requires_grad_(True) for values in two_maps(1)]
    assert torch.autograd.gradcheck(lambda *values: loss(list(values)), maps)


def test_the_total_holds_the_further_losses_and_the_history_each(random_spectrogram):
    weights = {"structural": 0.5, "sendik": 0.02}
    parameters = Parameters(
        alpha=0, beta=0, features=FEATURES, optimizer=OptimizerParameters(iterations=5), losses=weights
    )
    synthesis = synthesize_spectrogram(random_spectrogram(60), parameters, seed=1, device="cpu")
    assert sorted(synthesis.further_losses) == ["sendik", "structural"]
    total, gram = synthesis.loss[:, 0], synthesis.loss[:, 1]
    assert len(total) == 6
    weighted = sum(weights[name] * values for name, values in synthesis.further_losses.items())
    np.testing.assert_allclose(gram + weighted, total, rtol=1e-5, atol=1e-7)
    assert (synthesis.further_losses["sendik"] < 0).all()
    assert (synthesis.further_losses["structural"] > 0).all()


def test_a_larger_weight_of_sendik_ends_farther_from_the_target(random_spectrogram):
    distances = []
    for weight in (0.0, 0.5):
        parameters = Parameters(
            alpha=0,
            beta=0,
            features=FEATURES,
            optimizer=OptimizerParameters(iterations=40),
            losses={"sendik": weight, "structural": 1e-12},
        )
        target = random_spectrogram(60)
        synthesis = synthesize_spectrogram(target, parameters, seed=1, device="cpu")
        distances.append(np.square(synthesis.spectrogram.log_magnitude - target.log_magnitude).sum())
    assert distances[1] > 1.02 * distances[0]


def test_a_built_in_loss_is_no_further_loss(random_spectrogram):
    parameters = Parameters(alpha=0, beta=0, features=FEATURES, losses={"gram": 1.0})
    with pytest.raises(
        ParameterError, match=r"setting setting: losses\.gram: expected one of band_levels, collage, sendik, structural"
    ):
        synthesize_spectrogram(random_spectrogram(60), parameters, seed=1, device="cpu")


def test_equal_weights_are_equal_parameters():
    first = Parameters(losses={"sendik": 1, "structural": 2})
    assert first == Parameters(losses={"structural": 2.0, "sendik": 1.0})
    assert Parameters(losses={"sendik": 0}) == Parameters()
    with pytest.raises(ParameterError, match=r"losses\.sendik: expected a number, at least 0, found -1"):
        Parameters(losses={"sendik": -1})
