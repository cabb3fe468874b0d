"""VGGish: a network that embeds each 0.96 s of sound in 128 dimensions.

Architecture and names: ``research/audioset/vggish`` (vggish_slim, vggish_postprocess) of the TensorFlow models
repository; torch names: harritaylor/torchvggish. No package carries the weights, so the user names the files.
"""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn

from texture_core.classifiers.comparison import Predictions
from texture_core.classifiers.log_mel import vggish_examples
from texture_core.errors import ClassifierError

EMBEDDING = 128
_LIMIT = 2.0  # the released embeddings are clipped there before their quantisation
_EXAMPLES_AT_ONCE = 16
# TensorFlow's layers to torchvggish's, in the order of computation.
_LAYERS = {
    "conv1": "features.0",
    "conv2": "features.3",
    "conv3/conv3_1": "features.6",
    "conv3/conv3_2": "features.8",
    "conv4/conv4_1": "features.11",
    "conv4/conv4_2": "features.13",
    "fc1/fc1_1": "embeddings.0",
    "fc1/fc1_2": "embeddings.2",
    "fc2": "embeddings.4",
}


class VGGish(nn.Module):
    """The network, from examples of `vggish_examples` to embeddings, before any last ReLU, as in the reference code."""

    def __init__(self):
        super().__init__()
        layers = []
        channels = 1
        for group in ((64,), (128,), (256, 256), (512, 512)):
            for width in group:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        dense = [nn.Linear(6 * 4 * channels, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()]
        self.embeddings = nn.Sequential(*dense, nn.Linear(4096, EMBEDDING))

    def forward(self, examples):
        """Examples (n, 96, 64) to embeddings (n, 128)."""
        maps = self.features(examples.unsqueeze(1))
        # TensorFlow's order: time, band, channel.
        return self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))

    @torch.no_grad()
    def embed(self, samples):
        """The embeddings (examples, 128), float32, of samples (n,) at 16 kHz; see `vggish_examples`."""
        examples = torch.from_numpy(vggish_examples(samples)).to(self.embeddings[0].weight.device)
        return torch.cat([self(part) for part in examples.split(_EXAMPLES_AT_ONCE)]).cpu().numpy()


@dataclass(frozen=True)
class PrincipalComponents:
    """The whitening that the released embeddings went through.

    Attributes
    ----------
    eigen_vectors : numpy.ndarray
        (128, 128), one component a row.
    means : numpy.ndarray
        (128,).
    """

    eigen_vectors: np.ndarray
    means: np.ndarray

    def __call__(self, embeddings):
        """Whitened embeddings (n, 128)."""
        return (embeddings - self.means) @ self.eigen_vectors.T


def quantize(embeddings):
    """Clip whitened embeddings to -2 ... 2 and quantise them to uint8; fractions are cut off, as in the release."""
    scaled = (np.clip(embeddings, -_LIMIT, _LIMIT) + _LIMIT) * (255 / (2 * _LIMIT))
    return scaled.astype(np.uint8)


def dequantize(values):
    """The embeddings, -2 ... 2, that uint8 values of an array or a tensor stand for."""
    return values * (2 * _LIMIT / 255) - _LIMIT


def vggish_predictor(network, components, head):
    """The paper's classifier.

    Parameters
    ----------
    network : VGGish
    components : PrincipalComponents
    head : LogisticHead

    Returns
    -------
    callable
        From 16 kHz samples to `Predictions`, of one patch each 0.96 s. The embeddings are whitened and quantised as
        those were that the head is trained on.
    """

    def predict(samples):
        embeddings = dequantize(quantize(components(network.embed(samples))))
        return Predictions(head.probabilities(embeddings), embeddings)

    return predict


def load_vggish(path, device="cpu"):
    """Build the network from a checkpoint.

    Parameters
    ----------
    path : path
        ``.pth`` or ``.pt``: a state dictionary with torchvggish's names. ``.npz``, ``.h5`` or ``.hdf5``: the arrays of
        the TensorFlow checkpoint under their names, ``vggish/conv1/weights`` and so on, convolutions as (height,
        width, in, out) and dense layers as (in, out).
    device : {'cpu', 'cuda'}

    Returns
    -------
    VGGish
        float32, for inference.

    Raises
    ------
    ClassifierError
        If the file is missing, cut short, of another format, or lacks a layer or has one of another shape.
    """
    arrays = _read_arrays(path)
    if Path(path).suffix in _TORCH_SUFFIXES:
        # A whole torchvggish model also has the whitening in it, which `load_components` reads from its own file.
        state = {name: array for name, array in arrays.items() if not name.startswith("pproc.")}
    else:
        state = _state_of_variables(path, arrays)
    # No memory is taken for weights that would only be replaced.
    with torch.device("meta"):
        network = VGGish()
    try:
        network.load_state_dict({name: torch.as_tensor(array).float() for name, array in state.items()}, assign=True)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ClassifierError(f"{path}: not the weights of VGGish: {' '.join(str(error).split())}") from error
    return network.requires_grad_(False).eval().to(device)


def _state_of_variables(path, arrays):
    state = {}
    for layer, name in _LAYERS.items():
        for variable, parameter in (("weights", "weight"), ("biases", "bias")):
            key = f"vggish/{layer}/{variable}"
            if key not in arrays:
                raise ClassifierError(f"{path}: there is no array {key}; expected the variables of VGGish's checkpoint")
            array = np.asarray(arrays[key])
            axes = {4: (3, 2, 0, 1), 2: (1, 0)}.get(array.ndim)
            state[f"{name}.{parameter}"] = np.ascontiguousarray(array.transpose(axes) if axes else array)
    return state


def load_components(path):
    """Read the whitening.

    Parameters
    ----------
    path : path
        Arrays ``pca_eigen_vectors`` and ``pca_means`` in a file of one of the formats of `load_vggish`, as in the
        published vggish_pca_params.npz.

    Returns
    -------
    PrincipalComponents

    Raises
    ------
    ClassifierError
        If the file is missing or has not these arrays.
    """
    arrays = _read_arrays(path)
    try:
        eigen_vectors, means = (np.asarray(arrays[name]) for name in ("pca_eigen_vectors", "pca_means"))
    except KeyError as error:
        raise ClassifierError(f"{path}: there is no array {error}; expected VGGish's PCA parameters") from None
    if eigen_vectors.shape != (EMBEDDING, EMBEDDING) or means.size != EMBEDDING:
        raise ClassifierError(
            f"{path}: arrays of shape {eigen_vectors.shape} and {means.shape}, expected ({EMBEDDING}, {EMBEDDING}) and "
            f"({EMBEDDING},)"
        )
    return PrincipalComponents(eigen_vectors, means.reshape(-1))


_TORCH_SUFFIXES = (".pth", ".pt")
_READABLE = (".pth", ".pt", ".npz", ".h5", ".hdf5")


def _read_arrays(path):
    path = Path(path)
    if path.suffix not in _READABLE:
        raise ClassifierError(f"{path}: expected a file whose name ends in {', '.join(_READABLE)}")
    if not path.is_file():
        raise ClassifierError(f"{path}: there is no such file")
    try:
        if path.suffix in _TORCH_SUFFIXES:
            # Weights only: a pickle from elsewhere may not run code here.
            content = torch.load(path, map_location="cpu", weights_only=True)
            if not isinstance(content, dict):
                raise ValueError(f"it holds a {type(content).__name__} instead of arrays by name")
            return content
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return dict(archive)
        arrays = {}
        with h5py.File(path, "r") as file:
            file.visititems(lambda name, item: arrays.update({name: item[()]}) if hasattr(item, "dtype") else None)
        return arrays
    except Exception as error:
        # Whatever a damaged archive or pickle leads its readers to: none of them tells which errors these are.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ClassifierError(
            f"{path}: cannot be read ({reason}); fetch it again, or store its arrays as .npz"
        ) from error
