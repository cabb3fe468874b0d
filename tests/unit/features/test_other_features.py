"""Extractors whose maps have fewer frames than the spectrogram: stacked random layers and a trained network."""

import numpy as np
import pytest
import torch
from slopes import assert_slopes
from yamnet_weights import yamnet_file

from texture_core import registry
from texture_core.classifiers.log_mel import yamnet_patches
from texture_core.classifiers.yamnet import load_yamnet
from texture_core.demo import demo_texture
from texture_core.errors import ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss, autocorrelation
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.objective import Objective
from texture_core.parameters.method import AutocorrelationParameters, DiversityParameters, FeatureParameters, Parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram

FRAME_RATE = 250.0


def create(bins, dtype=torch.float64, **parameters):
    parameters = FeatureParameters(**parameters)
    return registry.load("features", parameters.type).create(parameters, bins, 1, dtype=dtype)


def stacked_by_loops(values, weights, circular):
    maps = []
    for weight in weights:
        filters, _, width = weight.shape
        if circular:
            values = np.concatenate([values, values[:, : width - 1]], axis=1)
        frames = values.shape[1] - width + 1
        response = np.zeros((filters, frames))
        for i in range(filters):
            for t in range(frames):
                response[i, t] = max((weight[i] * values[:, t : t + width]).sum(), 0)
        values = np.stack([(response[:, 2 * t] + response[:, 2 * t + 1]) / 2 for t in range(frames // 2)], axis=1)
        maps.append(values)
    return maps


@pytest.mark.parametrize("padding", ["valid", "circular"])
def test_stacked_layers(padding):
    stacked = create(5, type="stacked", filters=3, padding=padding, options={"layers": 3})
    values = torch.from_numpy(np.random.default_rng(0).random((5, 40)))
    expected = stacked_by_loops(values.numpy(), [w.numpy() for w in stacked.weights], padding == "circular")
    assert len(expected) == 3
    for found, reference in zip(stacked(values), expected, strict=True):
        np.testing.assert_allclose(found.numpy(), reference, atol=1e-14)


def test_stacked_has_six_layers_that_halve_the_frame_rate():
    stacked = create(257, type="stacked", filters=4)
    maps = stacked(torch.rand(257, 1751, dtype=torch.float64))
    assert [tuple(values.shape) for values in maps] == [(4, n) for n in (875, 437, 218, 108, 53, 26)]
    assert stacked.frame_rates(FRAME_RATE) == [125, 62.5, 31.25, 15.625, 7.8125, 3.90625]
    assert all((values > 0).any() for values in maps)
    with pytest.raises(ParameterError, match=r"features\.options\.layers: 64 frames are too few for 6 layers"):
        stacked(torch.rand(257, 64, dtype=torch.float64))
    with pytest.raises(ParameterError, match=r"features\.options: stacked features accept only layers"):
        create(257, type="stacked", options={"depth": 3})


def test_lags_are_seconds_in_every_map():
    parameters = AutocorrelationParameters(minimum_lag=0.08, maximum_lag=0.4)
    maps, target = ([torch.rand(2, n, dtype=torch.float64) for n in (200, 100)] for _ in range(2))
    lags = [(20, 100), (10, 50)]
    parts = [[autocorrelation(v, *lag) for v, lag in zip(group, lags, strict=True)] for group in (maps, target)]
    distance = sum((a - b).square().sum() for a, b in zip(*parts, strict=True))
    energy = sum(b.square().sum() for b in parts[1])
    loss = AutocorrelationLoss(target, parameters, [250.0, 125.0])
    assert loss(maps).item() == pytest.approx((distance / energy).item(), rel=1e-12)
    with pytest.raises(ParameterError, match=r"0\.4 s is 50 frames, but a feature map has only 40"):
        AutocorrelationLoss([target[0], target[1][:, :40]], parameters, [250.0, 125.0])


def test_one_shift_serves_maps_of_different_rates():
    """A copy of the spectrogram, moved by a whole number of the slowest map's frames, is found at that shift."""
    stacked = create(6, type="stacked", filters=5, padding="circular", options={"layers": 3})
    values = torch.from_numpy(np.random.default_rng(0).random((6, 96)))
    repeats = [FRAME_RATE / rate for rate in stacked.frame_rates(FRAME_RATE)]
    loss = DiversityLoss(stacked(values), 96, DiversityParameters(), repeats)
    near = loss(stacked(values.roll(40, dims=1)))
    assert loss.worst_shift == 40
    other = loss(stacked(torch.from_numpy(np.random.default_rng(1).random((6, 96)))))
    assert near > 1e6 > 100 * other


@pytest.mark.parametrize("beta", [0.0, 0.1])
def test_gradient_of_the_objective_on_stacked_features(beta):
    parameters = Parameters(
        alpha=2.0,
        beta=beta,
        features=FeatureParameters(type="stacked", filters=3, options={"layers": 2}),
        autocorrelation=AutocorrelationParameters(minimum_lag=0.02, maximum_lag=0.06),
        losses={"structural": 0.5, "sendik": 0.1},
    )
    generator = torch.Generator().manual_seed(0)
    target, point = (torch.rand(4, 80, generator=generator, dtype=torch.float64) for _ in range(2))
    objective = Objective(target, parameters, FRAME_RATE, 1)
    terms, gradient = objective.evaluate(point)
    assert_slopes(lambda point: objective.evaluate(point)[0]["total"], point, gradient)
    assert terms["total"] == pytest.approx(
        terms["gram"]
        + 2 * terms["autocorrelation"]
        + beta * terms.get("diversity", 0)
        + 0.5 * terms["structural"]
        + 0.1 * terms["sendik"],
        rel=1e-12,
    )


def test_trained_features_are_what_the_network_sees():
    """On real samples the log-mel front end of the chain's spectrogram is near the network's own."""
    path = yamnet_file()
    samples = demo_texture("rain", duration=1.0)
    trained = create(257, torch.float32, type="trained", options={"weights": str(path), "blocks": [1, 5, 13]})
    maps = trained(torch.from_numpy(log_spectrogram(samples)))
    assert [values.shape[0] for values in maps] == [64 * 32, 256 * 8, 1024 * 2]
    assert trained.frame_rates(FRAME_RATE) == [50.0, 12.5, 3.125]
    network = load_yamnet(path)
    signal = torch.from_numpy(yamnet_patches(samples)[:1])[None]
    for layer in network.layers[:3]:
        signal = layer(signal)
    direct = signal[0].permute(0, 2, 1).reshape(64 * 32, -1).numpy()
    frames = min(direct.shape[1], maps[0].shape[1]) - 1
    assert frames > 40
    assert np.corrcoef(direct[:, :frames].ravel(), maps[0][:, :frames].numpy().ravel())[0, 1] > 0.95


def test_trained_features_are_finite_whatever_an_optimiser_tries():
    trained = create(257, torch.float32, type="trained", options={"weights": str(yamnet_file()), "blocks": [1, 3]})
    values = torch.from_numpy(log_spectrogram(demo_texture("rain", duration=0.3)))
    values[::2, ::3] = 300.0
    values.requires_grad_(True)
    maps = trained(values)
    sum(m.square().sum() for m in maps).backward()
    assert all(torch.isfinite(m).all() for m in maps)
    assert torch.isfinite(values.grad).all()


def test_trained_features_have_a_gradient_and_say_what_they_need():
    path = str(yamnet_file())
    trained = create(257, torch.float32, type="trained", options={"weights": path, "blocks": [1]})
    values = torch.from_numpy(log_spectrogram(demo_texture("rain", duration=0.3))).requires_grad_(True)
    sum(m.square().sum() for m in trained(values)).backward()
    assert torch.isfinite(values.grad).all()
    assert (values.grad != 0).float().mean() > 0.5
    with pytest.raises(ParameterError, match=r"need spectrogram\.n_fft 512, found 256"):
        create(129, type="trained", options={"weights": path})
    with pytest.raises(ParameterError, match=r"trained features accept only weights and blocks, found layers"):
        create(257, type="trained", options={"layers": 3})
    for blocks in ([0], [1, 1], 3, []):
        expected = r"features\.options\.blocks: expected a list of different whole numbers in 1 to 13"
        with pytest.raises(ParameterError, match=expected):
            create(257, type="trained", options={"weights": path, "blocks": blocks})
    with pytest.raises(ParameterError, match=r"spectrogram\.hop_length 64, 250 frames per second, found 125"):
        trained.frame_rates(125.0)
