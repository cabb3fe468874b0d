"""What features see of a spectrogram, and losses that see it as it is."""

import math

import numpy as np
import pytest
import torch
from slopes import assert_slopes

from texture_core import registry
from texture_core.errors import ParameterError
from texture_core.losses.objective import Objective
from texture_core.parameters.mapping import from_mapping, to_mapping
from texture_core.parameters.method import FeatureParameters, Parameters, ViewParameters
from texture_core.spectrogram.bands import erb_bands
from texture_core.views import band_differences, differences, log_magnitude, standardized


def target(bins=9, frames=80, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(bins, frames, dtype=torch.float64, generator=generator) * torch.linspace(0.3, 2, bins)[:, None]


def test_the_log_magnitudes_are_seen_as_they_are():
    seen = target()
    assert torch.equal(log_magnitude.create(seen)(seen), seen)


def test_another_knee_of_the_logarithm():
    seen = target()
    expected = torch.log(1 + 30 * (seen.exp() - 1))
    torch.testing.assert_close(log_magnitude.create(seen, gain=30.0)(seen), expected)


def test_a_bias_is_a_constant_row():
    seen = target()
    shown = log_magnitude.create(seen, bias=0.5)(seen[:, :10])
    assert shown.shape == (10, 10)
    assert torch.equal(shown[:-1], seen[:, :10])
    torch.testing.assert_close(shown[-1], (0.5 * seen.square().sum(dim=0).mean().sqrt()).expand(10))


def test_differences_are_of_frames_so_far_apart():
    seen = target()
    shown = differences.create(seen, lag=3, gain=1.0, bias=0.0)(seen)
    assert torch.equal(shown, seen[:, 3:] - seen[:, :-3])
    loud = torch.log(1 + 100 * (seen.exp() - 1))
    both = differences.create(seen)(seen)
    torch.testing.assert_close(both[:-1], loud[:, 4:] - loud[:, :-4])
    torch.testing.assert_close(both[-1], (0.3 * both[:-1].square().sum(dim=0).mean().sqrt()).expand(76))


def test_differences_of_bands_are_of_their_levels():
    seen, frequencies = target(bins=257), torch.arange(257) * 31.25
    shown = band_differences.create(seen, frequencies, bands=24, lag=3, gain=10.0, bias=0.0)(seen)
    level = (erb_bands(frequencies, 24) @ (seen.exp() - 1).square()).sqrt()
    expected = torch.log(1 + 10 * level)
    torch.testing.assert_close(shown, expected[:, 3:] - expected[:, :-3], rtol=1e-6, atol=1e-9)
    both = torch.cat([seen, seen])
    twice = band_differences.create(both, frequencies.repeat(2), bands=24, lag=3, gain=10.0, bias=0.0)(both)
    torch.testing.assert_close(twice, torch.cat([shown, shown]))
    silence = torch.zeros(257, 20, dtype=torch.float64, requires_grad=True)
    found = band_differences.create(seen, frequencies)(silence).square().sum()
    assert torch.isfinite(torch.autograd.grad(found, silence)[0]).all()


def test_standardized_bins_have_the_targets_mean_and_deviation():
    seen = target()
    seen[3] = 1.0
    shown = standardized.create(seen)(seen)
    varying = torch.arange(9) != 3
    torch.testing.assert_close(shown.mean(dim=1), torch.zeros(9, dtype=torch.float64), atol=1e-9, rtol=0)
    torch.testing.assert_close(shown.std(dim=1, correction=0)[varying], torch.ones(8, dtype=torch.float64))
    # A bin that does not change is not blown up.
    other = seen.clone()
    other[3] += 0.01
    torch.testing.assert_close(standardized.create(seen)(other)[3], torch.full((80,), 0.2, dtype=torch.float64))


@pytest.mark.parametrize("kind", ["ensemble", "limit"])
def test_the_gram_terms_of_views_add_up_by_their_weights(kind):
    seen, other = target(), target(seed=1)
    several = (ViewParameters(), ViewParameters("standardized", weight=0.3))

    def gram(*views):
        features = FeatureParameters(type=kind, kernel_widths=(2, 4), filters=8, views=views)
        terms, gradient = Objective(seen, Parameters(alpha=0.0, beta=0.0, features=features), 250.0, 0).evaluate(other)
        return terms["gram"], gradient

    both, gradient = gram(*several)
    first, first_gradient = gram(several[0])
    assert both > first > 0
    if kind == "limit":
        second, second_gradient = gram(ViewParameters("standardized"))
        assert both == pytest.approx(first + 0.3 * second, rel=1e-12)
        torch.testing.assert_close(gradient, first_gradient + 0.3 * second_gradient)


@pytest.mark.parametrize("kind", ["ensemble", "limit"])
def test_the_gradient_through_views_is_that_of_finite_differences(kind):
    seen, other = target(), target(seed=1)
    views = (
        ViewParameters(options={"gain": 30.0, "bias": 0.3}),
        ViewParameters("standardized", weight=0.3),
        ViewParameters("differences", weight=0.2),
        ViewParameters("band_differences", weight=0.2, options={"bands": 4}),
    )
    features = FeatureParameters(type=kind, kernel_widths=(2, 4), filters=8, views=views)
    parameters = Parameters(alpha=0.0, beta=0.0, features=features, losses={"band_levels": 0.1})
    objective = Objective(seen, parameters, 250.0, 0)
    terms, gradient = objective.evaluate(other)
    assert terms["total"] == pytest.approx(terms["gram"] + 0.1 * terms["band_levels"], rel=1e-12)
    assert_slopes(lambda point: objective.evaluate(point)[0]["total"], other, gradient)


def test_loudness_is_of_the_limit_alone():
    features = FeatureParameters(kernel_widths=(2, 4), filters=8, views=(ViewParameters(loudness=0.0),))
    with pytest.raises(ParameterError, match=r"features.views: loudness 0 needs features.type limit, found ensemble"):
        Objective(target(), Parameters(features=features), 250.0, 0)


def test_an_unknown_view_lists_the_known_ones():
    features = FeatureParameters(kernel_widths=(2,), views=(ViewParameters("upside_down"),))
    with pytest.raises(ParameterError, match="views: there is no 'upside_down'; known: band_differences, differences"):
        Objective(target(), Parameters(features=features), 250.0, 0)


def test_an_option_that_a_view_does_not_have_lists_those_that_it_has():
    views = (ViewParameters(), ViewParameters("standardized", options={"gain": 3.0}))
    message = r"views, item 2, options: expected a known option of standardized \(floor\), found gain; correct"
    with pytest.raises(ParameterError, match=message):
        Objective(target(), Parameters(features=FeatureParameters(kernel_widths=(2,), views=views)), 250.0, 0)


def test_views_go_to_a_mapping_and_back():
    parameters = Parameters(features=FeatureParameters(views=(ViewParameters(), ViewParameters("standardized", 0.05))))
    mapping = to_mapping(parameters)
    assert from_mapping(Parameters, mapping) == parameters
    assert "views" not in to_mapping(Parameters())["features"]
    assert registry.names("views") == ["band_differences", "differences", "log_magnitude", "standardized"]


# --- bands and their levels ---


def test_bands_are_evenly_spaced_on_the_ears_scale_and_weights_add_up():
    bands = erb_bands(torch.arange(257) * 31.25, 24)
    assert bands.shape == (24, 257)
    torch.testing.assert_close(bands.sum(dim=1), torch.ones(24, dtype=torch.float64))
    centres = bands @ (torch.arange(257, dtype=torch.float64) * 31.25)
    steps = np.diff(21.4 * np.log10(1 + 0.00437 * centres.numpy()))
    assert steps[4:].min() > 0.6 * steps[4:].max()


def test_each_signal_has_bands_of_its_own():
    one = erb_bands(torch.arange(257) * 31.25, 24)
    both = erb_bands(torch.arange(257).repeat(2) * 31.25, 24)
    torch.testing.assert_close(both, torch.block_diag(one, one))


def test_a_level_that_is_off_costs_its_square():
    seen = torch.log1p(torch.rand(257, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    loss = registry.load("losses", "band_levels").create(seen, torch.arange(257) * 31.25, 250.0)
    assert loss([seen]).item() == pytest.approx(0, abs=1e-15)
    louder = torch.log1p(1.1 * torch.expm1(seen))
    assert loss([louder]).item() == pytest.approx(2 * (2 * math.log(1.1)) ** 2, rel=1e-3)
