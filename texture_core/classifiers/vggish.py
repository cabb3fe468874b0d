"""VGGish, a network that maps each 0.96 s of sound to a 128-dimensional embedding.

Architecture and names: ``research/audioset/vggish`` (vggish_slim, vggish_postprocess) in TensorFlow's models
repository; torch names: harritaylor/torchvggish. No package contains the weights, so the user provides the files.
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
_LIMIT = 2.0  # the released embeddings are clipped to -2 ... 2 before quantisation
_EXAMPLES_AT_ONCE = 16
# Names of layers, TensorFlow's to torchvggish's, in order of computation.
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
    """The network. As in the reference code, there is no ReLU after the last layer."""

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
        """Return the embeddings (n, 128) of examples (n, 96, 64)."""
        maps = self.features(examples.unsqueeze(1))
        # TensorFlow's order: time, band, channel.
        return self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))

    @torch.no_grad()
    def embed(self, samples):
        """Return the embeddings (examples, 128), float32, of samples (n,) at 16 kHz; see `vggish_examples`."""
        examples = torch.from_numpy(vggish_examples(samples)).to(self.embeddings[0].weight.device)
        return torch.cat([self(part) for part in examples.split(_EXAMPLES_AT_ONCE)]).cpu().numpy()


@dataclass(frozen=True)
class PrincipalComponents:
    """Whitening of the released embeddings by principal components.

    Attributes
    ----------
    eigen_vectors : numpy.ndarray
        (128, 128), one component per row.
    means : numpy.ndarray
        (128,).
    """

    eigen_vectors: np.ndarray
    means: np.ndarray

    def __call__(self, embeddings):
        """Whiten embeddings (n, 128)."""
        return (embeddings - self.means) @ self.eigen_vectors.T


def quantize(embeddings):
    """Clip whitened embeddings to -2 ... 2 and quantise them to uint8, rounding down like the release."""
    scaled = (np.clip(embeddings, -_LIMIT, _LIMIT) + _LIMIT) * (255 / (2 * _LIMIT))
    return scaled.astype(np.uint8)


def dequantize(values):
    """Return the embeddings, -2 ... 2, of quantised values, an array or a tensor."""
    return values * (2 * _LIMIT / 255) - _LIMIT


def vggish_predictor(network, components, head):
    """Create the paper's classifier.

    Parameters
    ----------
    network : VGGish
    components : PrincipalComponents
    head : LogisticHead

    Returns
    -------
    callable
        Maps samples at 16 kHz to `Predictions`, one per 0.96 s. Embeddings are whitened and quantised like those that
        the head was trained on.
    """

    def predict(samples):
        embeddings = dequantize(quantize(components(network.embed(samples))))
        return Predictions(head.probabilities(embeddings), embeddings)

    return predict


def load_vggish(path, device="cpu"):
    """Load the network from a checkpoint.

    Parameters
    ----------
    path : path
        ``.pth`` or ``.pt``: a state dictionary with torchvggish's names. ``.npz``, ``.h5`` or ``.hdf5``: the arrays of
        the TensorFlow checkpoint with their names, such as ``vggish/conv1/weights``; convolutions are (height, width,
        in, out), dense layers (in, out).
    device : {'cpu', 'cuda'}

    Returns
    -------
    VGGish
        float32, in evaluation mode.

    Raises
    ------
    ClassifierError
        If the file is missing or damaged, has another format, or a layer is missing or has the wrong shape.
    """
    arrays = _read_arrays(path)
    if Path(path).suffix in _TORCH_SUFFIXES:
        # A complete torchvggish model includes the whitening, which `load_components` reads from its own file.
        state = {name: array for name, array in arrays.items() if not name.startswith("pproc.")}
    else:
        state = _state_of_variables(path, arrays)
    # Avoids allocating weights that are then replaced.
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
        If the file or one of the arrays is missing.
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
            # Pickles from elsewhere must not run code.
            content = torch.load(path, map_location="cpu", weights_only=True)
            if not isinstance(content, dict):
                raise ValueError(f"it holds a {type(content).__name__} instead of arrays by name")
            return content
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return dict(archive)
        arrays = {}
        with h5py.File(path, "r", locking=False) as file:
            file.visititems(lambda name, item: arrays.update({name: item[()]}) if hasattr(item, "dtype") else None)
        return arrays
    except Exception as error:
        # None of the readers documents which errors damaged files raise.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ClassifierError(
            f"{path}: cannot be read ({reason}); fetch it again, or store its arrays as .npz"
        ) from error
