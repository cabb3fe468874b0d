"""VGGish's network, its loaders and its post-processing, on files in the published formats."""

import os
import pickle

import h5py
import numpy as np
import pytest
import torch
from scored import scores_of

from texture_core.classifiers.log_mel import vggish_examples
from texture_core.classifiers.logistic import LogisticHead, write_head
from texture_core.classifiers.vggish import (
    PrincipalComponents,
    dequantize,
    load_components,
    load_vggish,
    quantize,
    vggish_predictor,
)
from texture_core.demo import demo_texture
from texture_core.errors import ClassifierError
from texture_core.runtime.randomness import numpy_generator

# Layer to the shape of its weights, as in TensorFlow's checkpoint: (height, width, in, out) or (in, out).
SHAPES = {
    "conv1": (3, 3, 1, 64),
    "conv2": (3, 3, 64, 128),
    "conv3/conv3_1": (3, 3, 128, 256),
    "conv3/conv3_2": (3, 3, 256, 256),
    "conv4/conv4_1": (3, 3, 256, 512),
    "conv4/conv4_2": (3, 3, 512, 512),
    "fc1/fc1_1": (12288, 4096),
    "fc1/fc1_2": (4096, 4096),
    "fc2": (4096, 128),
}
POOLED = {"conv1", "conv2", "conv3/conv3_2", "conv4/conv4_2"}


@pytest.fixture(scope="module")
def variables():
    """Random weights under the checkpoint's names, scaled so that activations neither grow nor vanish."""
    generator = numpy_generator(0, "vggish")
    arrays = {}
    for layer, shape in SHAPES.items():
        scale = np.float32(np.sqrt(2 / np.prod(shape[:-1])))
        arrays[f"vggish/{layer}/weights"] = generator.standard_normal(shape, dtype=np.float32) * scale
        arrays[f"vggish/{layer}/biases"] = generator.standard_normal(shape[-1], dtype=np.float32) * np.float32(0.1)
    return arrays


@pytest.fixture(scope="module")
def network(variables, tmp_path_factory):
    path = tmp_path_factory.mktemp("vggish") / "vggish.npz"
    np.savez(path, **variables)
    network = load_vggish(path)
    path.unlink()  # 289 MB
    return network


def convolve(maps, weights):
    """TensorFlow's convolution with SAME padding, tap by tap: maps (time, band, in)."""
    time, band, _ = maps.shape
    padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
    return sum(padded[i : i + time, j : j + band] @ weights[i, j] for i in range(3) for j in range(3))


def reference(example, variables):
    """The embedding of an example (96, 64) as the checkpoint's variables define it, channels last."""
    values = example[:, :, None]
    for layer in SHAPES:
        weights, biases = (variables[f"vggish/{layer}/{name}"] for name in ("weights", "biases"))
        if layer.startswith("conv"):
            values = np.maximum(convolve(values, weights) + biases, 0)
            if layer in POOLED:
                time, band, channels = values.shape
                values = values.reshape(time // 2, 2, band // 2, 2, channels).max(axis=(1, 3))
        else:
            values = values.reshape(-1) @ weights + biases
            values = values if layer == "fc2" else np.maximum(values, 0)
    return values


def test_checkpoint_arrays_give_the_network_that_they_define(network, variables):
    samples = demo_texture("rain", duration=2.0)
    expected = np.stack([reference(example, variables) for example in vggish_examples(samples)])
    assert expected.shape == (2, 128)
    np.testing.assert_allclose(network.embed(samples), expected, atol=2e-4 * np.abs(expected).max())


def test_hdf5_round_trip(tmp_path, variables, network):
    path = tmp_path / "vggish.h5"
    with h5py.File(path, "w") as file:
        for name, array in variables.items():
            file[name] = array
    assert_same_weights(load_vggish(path), network)
    path.unlink()


def test_torch_round_trip(tmp_path, network):
    # torchvggish's own names and order of layers; a whole model of it also has the whitening.
    path = tmp_path / "vggish.pth"
    names = [f"features.{i}" for i in (0, 3, 6, 8, 11, 13)] + [f"embeddings.{i}" for i in (0, 2, 4)]
    expected = [f"{name}.{part}" for name in names for part in ("weight", "bias")]
    state = network.state_dict()
    assert list(state) == expected
    torch.save({**state, "pproc.pca_means": torch.zeros(128, 1)}, path)
    assert_same_weights(load_vggish(path), network)
    with open(path, "r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(ClassifierError, match=r"vggish\.pth: cannot be read"):
        load_vggish(path)
    path.unlink()


def assert_same_weights(loaded, network):
    for (name, parameter), other in zip(loaded.named_parameters(), network.parameters(), strict=True):
        assert torch.equal(parameter, other), name


def test_missing_and_misshapen_arrays_are_named(tmp_path):
    path = tmp_path / "few.npz"
    np.savez(path, **{"vggish/conv1/weights": np.zeros((3, 3, 1, 64))})
    with pytest.raises(ClassifierError, match=r"few\.npz: there is no array vggish/conv1/biases"):
        load_vggish(path)
    path = tmp_path / "few.pt"
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 1)}, path)
    with pytest.raises(ClassifierError, match=r"few\.pt: not the weights of VGGish: .*size mismatch for features\.0"):
        load_vggish(path)


def test_files_of_other_kinds_are_explained(tmp_path):
    for name, message in (("model.ckpt", r"ends in \.pth, \.pt, \.npz"), ("absent.npz", "there is no such file")):
        with pytest.raises(ClassifierError, match=message):
            load_vggish(tmp_path / name)
    for name in ("text.npz", "text.h5", "text.pth"):
        (tmp_path / name).write_text("not weights")
        with pytest.raises(ClassifierError, match=rf"{name}: cannot be read"):
            load_vggish(tmp_path / name)
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(ClassifierError, match="it holds a list instead of arrays by name"):
        load_vggish(tmp_path / "list.pth")


class Harmful:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (self.marker,)


def test_a_checkpoint_cannot_run_code(tmp_path):
    path, marker = tmp_path / "harmful.pth", tmp_path / "ran"
    path.write_bytes(pickle.dumps(Harmful(str(marker)), protocol=2))
    with pytest.raises(ClassifierError, match=r"harmful\.pth: cannot be read"):
        load_vggish(path)
    assert not marker.exists()


def test_quantiser_cuts_fractions_off():
    # Rounding would make 128 of 0 (127.5) and 2 of -1.97 (1.91).
    assert quantize(np.array([-3.0, -2.0, -1.97, 0.0, 1.99, 2.0, 3.0])).tolist() == [0, 0, 1, 127, 254, 255, 255]


def test_dequantised_values_are_within_a_step_below():
    values = np.linspace(-2, 2, 1001)
    difference = values - dequantize(quantize(values))
    assert difference.min() >= 0
    assert difference.max() < 4 / 255
    np.testing.assert_allclose(dequantize(torch.arange(256).to(torch.uint8)), dequantize(np.arange(256)), atol=1e-6)


@pytest.fixture(scope="module")
def components():
    generator = numpy_generator(0, "components")
    return PrincipalComponents(np.linalg.qr(generator.standard_normal((128, 128)))[0], generator.standard_normal(128))


def test_whitening_is_the_written_out_product(components):
    embedding = numpy_generator(0, "embedding").standard_normal((1, 128))
    expected = [
        sum(components.eigen_vectors[row, i] * (embedding[0, i] - components.means[i]) for i in range(128))
        for row in range(3)
    ]
    np.testing.assert_allclose(components(embedding)[0, :3], expected)


@pytest.mark.parametrize("suffix", [".npz", ".pth"])
def test_components_in_both_published_formats(tmp_path, components, suffix):
    path = tmp_path / f"vggish_pca_params{suffix}"
    arrays = {"pca_eigen_vectors": components.eigen_vectors, "pca_means": components.means.reshape(128, 1)}
    if suffix == ".npz":
        np.savez(path, **arrays)
    else:
        torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, path)
    loaded = load_components(path)
    np.testing.assert_array_equal(loaded.eigen_vectors, components.eigen_vectors)
    np.testing.assert_array_equal(loaded.means, components.means)


def test_other_components_are_refused(tmp_path):
    path = tmp_path / "pca.npz"
    np.savez(path, pca_means=np.zeros(128))
    with pytest.raises(ClassifierError, match=r"pca\.npz: there is no array 'pca_eigen_vectors'"):
        load_components(path)
    np.savez(path, pca_means=np.zeros(64), pca_eigen_vectors=np.zeros((64, 128)))
    with pytest.raises(ClassifierError, match=r"shape \(64, 128\) and \(64,\), expected \(128, 128\)"):
        load_components(path)


@pytest.fixture(scope="module")
def head():
    return LogisticHead(numpy_generator(0, "head").standard_normal((527, 128)).astype(np.float32) / 8, np.zeros(527))


def test_predictor_quantises_as_the_training_material_was(network, components, head):
    samples = demo_texture("rain", duration=2.0)
    predictions = vggish_predictor(network, components, head)(samples)
    assert predictions.probabilities.shape == (2, 527)
    steps = (predictions.embeddings + 2) * 255 / 4
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)
    exact = np.clip(components(network.embed(samples)), -2, 2)
    assert np.abs(predictions.embeddings - exact).max() <= 4 / 255


def test_score_by_its_name(tmp_path, network, components, head):
    files = {"vggish": tmp_path / "vggish.pth", "vggish_pca": tmp_path / "pca.npz", "vggish_head": tmp_path / "head.h5"}
    np.savez(files["vggish_pca"], pca_eigen_vectors=components.eigen_vectors, pca_means=components.means)
    write_head(files["vggish_head"], head)
    torch.save(network.state_dict(), files["vggish"])
    rain, crickets = (demo_texture(name, duration=2.0) for name in ("rain", "crickets"))

    assert scores_of(["vggish"], rain, rain, classifiers=files) == {"vggish_kl": 0.0}
    assert scores_of(["vggish"], rain, crickets, classifiers=files)["vggish_kl"] > 1e-3
    missing = {}
    assert scores_of(["vggish"], rain, rain, classifiers={**files, "vggish_head": None}, missing=missing) == {}
    assert missing == {"vggish": "classifiers.vggish_head: no file was given, so scores that need it are skipped"}
    files["vggish"].unlink()
