"""YAMNet: a network that gives 521 AudioSet classes a probability each, every 0.48 s.

Architecture: ``research/audioset/yamnet`` of the TensorFlow models repository (MobileNet v1). The weights are those of
the official 8-bit file, dequantised; there the batch normalisation is already part of the convolutions, and the
activations are quantised to 0 ... 6, which the network here has as a clipped ReLU.
"""

from pathlib import Path

import numpy as np
import tflite
import torch
from torch import nn

from texture_core.classifiers.comparison import Predictions
from texture_core.classifiers.log_mel import yamnet_patches
from texture_core.classifiers.yamnet_file import check_yamnet
from texture_core.errors import ClassifierError

CLASSES = 521
EMBEDDING = 1024
# Channels and stride of the 13 separable convolutions that follow the first convolution (32 channels, stride 2).
_FIRST_CHANNELS = 32
_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)),
)
_PATCHES_AT_ONCE = 32


class YAMNet(nn.Module):
    """The network, from patches of `yamnet_patches` to embeddings and logits."""

    def __init__(self):
        super().__init__()
        layers = [_Convolution(1, _FIRST_CHANNELS, 3, stride=2)]
        channels = _FIRST_CHANNELS
        for width, stride in _BLOCKS:
            layers += [_Convolution(channels, channels, 3, stride=stride, groups=channels)]
            layers += [_Convolution(channels, width, 1)]
            channels = width
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Linear(EMBEDDING, CLASSES)

    def forward(self, patches):
        """Patches (n, 96, 64) to embeddings (n, 1024) and logits (n, 521)."""
        embeddings = self.layers(patches.unsqueeze(1)).mean(dim=(2, 3))
        return embeddings, self.classifier(embeddings)

    @torch.no_grad()
    def predict(self, samples):
        """Classify a recording.

        Parameters
        ----------
        samples : array_like
            (n,), 16 kHz, -1 to 1; see `yamnet_patches` for how short ones are padded.

        Returns
        -------
        Predictions
            (patches, 521) and (patches, 1024), float64.
        """
        patches = torch.from_numpy(yamnet_patches(samples)).to(self.classifier.weight.device)
        parts = [self(part) for part in patches.split(_PATCHES_AT_ONCE)]
        embeddings = torch.cat([embedding for embedding, _ in parts]).double()
        logits = torch.cat([logit for _, logit in parts]).double()
        return Predictions(logits.sigmoid().cpu().numpy(), embeddings.cpu().numpy())


class _Convolution(nn.Module):
    """A convolution with TensorFlow's SAME padding and a ReLU clipped at 6."""

    def __init__(self, channels, width, size, stride=1, groups=1):
        super().__init__()
        # For a stride of 2 (inputs of even size here), SAME pads at the end only.
        self._padding = (0, 1, 0, 1) if stride == 2 else None
        inner = 0 if stride == 2 else size // 2
        self.convolution = nn.Conv2d(channels, width, size, stride, inner, groups=groups)

    def forward(self, maps):
        if self._padding:
            maps = nn.functional.pad(maps, self._padding)
        return nn.functional.relu6(self.convolution(maps))


def load_yamnet(path, device="cpu"):
    """Build the network from the official file.

    Parameters
    ----------
    path : path
        ``yamnet.tflite``, see `texture_core.classifiers.fetch.fetch_yamnet`.
    device : {'cpu', 'cuda'}

    Returns
    -------
    YAMNet
        float32, for inference.

    Raises
    ------
    ClassifierError
        If the file is missing or any other than the official one.
    """
    path = Path(path)
    if not path.is_file():
        raise ClassifierError(f"{path}: there is no such file; fetch YAMNet's weights first")
    content = path.read_bytes()
    check_yamnet(content, str(path))
    network = YAMNet()
    targets = [*(layer.convolution for layer in network.layers), network.classifier]
    with torch.no_grad():
        for target, (weight, bias) in zip(targets, _read_layers(content), strict=True):
            target.weight.copy_(torch.from_numpy(weight))
            target.bias.copy_(torch.from_numpy(bias))
    return network.requires_grad_(False).eval().to(device)


# TensorFlow Lite's order of axes to that of torch.
_LAYOUTS = {
    tflite.BuiltinOperator.CONV_2D: (0, 3, 1, 2),
    tflite.BuiltinOperator.DEPTHWISE_CONV_2D: (3, 0, 1, 2),
    tflite.BuiltinOperator.FULLY_CONNECTED: (0, 1),
}


def _read_layers(content):
    # Weight and bias of each quantised layer, in the order of computation.
    model = tflite.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        # The mel bands are a layer too, the only one in floating point.
        if code in _LAYOUTS and graph.Tensors(operator.Inputs(1)).Type() == tflite.TensorType.INT8:
            weight = _dequantize(model, graph.Tensors(operator.Inputs(1)))
            yield weight.transpose(_LAYOUTS[code]), _dequantize(model, graph.Tensors(operator.Inputs(2)))


def _dequantize(model, tensor):
    kind = np.int8 if tensor.Type() == tflite.TensorType.INT8 else np.int32
    values = model.Buffers(tensor.Buffer()).DataAsNumpy().view(kind).reshape(tensor.ShapeAsNumpy())
    quantization = tensor.Quantization()
    # One scale for all, or one for each index of one axis; the zero points of weights are 0.
    shape = np.ones(values.ndim, dtype=int)
    shape[quantization.QuantizedDimension()] = quantization.ScaleLength()
    return (values * quantization.ScaleAsNumpy().reshape(shape)).astype(np.float32)
