"""Features of a trained network instead of random ones: the convolutions of YAMNet, trained on AudioSet.

The paper used VGGish; YAMNet is similar and available (see `texture_core.classifiers.yamnet`).
"""

import torch

from texture_core.classifiers.fetch import default_yamnet_path
from texture_core.classifiers.log_mel import FRAME_LENGTH, HOP_LENGTH, N_FFT, SAMPLE_RATE, YAMNET_OFFSET, mel_matrix
from texture_core.classifiers.yamnet import load_yamnet
from texture_core.errors import ParameterError

# Blocks of YAMNet (a depthwise and a pointwise convolution each) whose outputs are used: the last of each resolution.
BLOCKS = (1, 3, 5, 11, 13)
# Blocks that halve the number of frames, as the first convolution does.
_HALVING = (2, 4, 6, 12)
# The chain's, in samples.
_HOP = 64
# Steps of an optimiser may try larger log magnitudes, which nothing penalises, because the maps end at 6; beyond 88,
# exp is infinite in single precision.
_LARGEST = 40.0


class Trained:
    """Differentiable feature maps of YAMNet for a log spectrogram.

    The network was trained on Hann windows of 400 samples every 160. Spectrograms with 512 samples every 64 are
    converted to that scale (by the sums of the windows) and frame rate (by linear interpolation) before the mel bands.
    A map with c channels, f bands and t frames is treated as c f filters, so its statistics are over time only.

    Parameters
    ----------
    parameters : FeatureParameters
        ``options.weights`` is the path of YAMNet's file (default: the user's cached copy). ``options.blocks`` lists
        blocks from 1 to 13 (default: the last of each resolution: 1, 3, 5, 11, 13). Widths, filters and padding are
        ignored.
    bins : int
        257.
    seed
        Ignored: nothing is random.
    device, dtype
        Device and dtype of the computation.

    Raises
    ------
    ParameterError
        If the options are invalid, or the spectrogram does not have 512-sample windows.
    ClassifierError
        If the file is unusable.
    """

    def __init__(self, parameters, bins, seed, device="cpu", dtype=torch.float32):
        options = dict(parameters.options)
        path = options.pop("weights", None) or default_yamnet_path()
        blocks = options.pop("blocks", BLOCKS)
        if options:
            raise ParameterError(
                f"features.options: trained features accept only weights and blocks, found {', '.join(sorted(options))}"
            )
        listed = isinstance(blocks, list | tuple) and all(type(block) is int and 1 <= block <= 13 for block in blocks)
        if not listed or not blocks or len(set(blocks)) < len(blocks):
            raise ParameterError(
                f"features.options.blocks: expected a list of different whole numbers in 1 to 13, found {blocks!r}"
            )
        self._blocks = tuple(blocks)
        if bins != N_FFT // 2 + 1:
            raise ParameterError(
                f"features.type: trained features need spectrogram.n_fft {N_FFT}, found {2 * bins - 2}"
            )
        network = load_yamnet(path, device).to(dtype)
        # The first convolution, then a pair for each block.
        self._layers = network.layers[: 1 + 2 * max(self._blocks)]
        scale = FRAME_LENGTH / N_FFT
        self._mel = torch.from_numpy(mel_matrix() * scale).to(device=device, dtype=dtype)

    def __call__(self, log_magnitude):
        """Compute maps (channels * bands, frames of the block), in 0 ... 6, of a log spectrogram (257, frames)."""
        magnitude = torch.expm1(log_magnitude.clamp_max(_LARGEST))
        frames = magnitude.shape[1]
        # The network's first frame is centred half a window after the start, the spectrogram's at the start.
        first = FRAME_LENGTH / 2 / _HOP
        position = torch.arange(first, frames - 1, HOP_LENGTH / _HOP, device=magnitude.device, dtype=torch.float64)
        before = position.long()
        share = (position - before).to(magnitude)
        interpolated = magnitude[:, before] * (1 - share) + magnitude[:, before + 1] * share
        signal = torch.log(interpolated.T @ self._mel + YAMNET_OFFSET)[None, None]
        maps = []
        for index, layer in enumerate(self._layers):
            signal = layer(signal)
            block, last = divmod(index, 2)
            if index and not last and block in self._blocks:
                channels, steps, bands = signal.shape[1:]
                maps.append(signal[0].permute(0, 2, 1).reshape(channels * bands, steps))
        return maps

    def frame_rates(self, frame_rate):
        """Return the frames per second of each map.

        Raises
        ------
        ParameterError
            If the frame rate is not that of 16 kHz with a hop of 64 samples.
        """
        if frame_rate != SAMPLE_RATE / _HOP:
            raise ParameterError(
                f"features.type: trained features need audio.sample_rate {SAMPLE_RATE} and spectrogram.hop_length "
                f"{_HOP}, {SAMPLE_RATE / _HOP:g} frames per second, found {frame_rate:g}"
            )
        halvings = [1 + sum(other <= block for other in _HALVING) for block in sorted(self._blocks)]
        return [frame_rate * _HOP / HOP_LENGTH / 2**count for count in halvings]


def create(parameters, bins, seed, device="cpu", dtype=torch.float32):
    """Build the extractor that a configuration names ``trained``; see `Trained`."""
    return Trained(parameters, bins, seed, device, dtype)
