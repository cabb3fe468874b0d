"""Features of a trained network in place of random ones: the convolutions of YAMNet, trained on AudioSet.

The paper took VGGish's; YAMNet's are of the same kind and to be had (see `texture_core.classifiers.yamnet`).
"""

import torch

from texture_core.classifiers.fetch import default_yamnet_path
from texture_core.classifiers.log_mel import FRAME_LENGTH, HOP_LENGTH, N_FFT, SAMPLE_RATE, YAMNET_OFFSET, mel_matrix
from texture_core.classifiers.yamnet import load_yamnet
from texture_core.errors import ParameterError

# Blocks of YAMNet (a depthwise and a pointwise convolution each) whose outputs are taken: the last of each resolution.
BLOCKS = (1, 3, 5, 11, 13)
# Blocks that halve the number of frames, as the first convolution does.
_HALVING = (2, 4, 6, 12)
# The chain's, in samples.
_HOP = 64


class Trained:
    """YAMNet's feature maps of a log spectrogram, differentiable.

    The network saw Hann windows of 400 samples every 160; here the chain's spectrogram (512, every 64) is brought to
    that scale (by the sums of the windows) and to that frame rate (by linear interpolation) before the mel bands. A map
    of c channels, f bands and t frames counts as c f filters: like the paper's, its statistics are over time alone.

    Parameters
    ----------
    parameters : FeatureParameters
        ``options.weights``, the path of YAMNet's file, by default the user's cached copy; ``options.blocks``, numbers
        of blocks in 1 to 13, by default the last of each resolution: 1, 3, 5, 11, 13. Widths, filters and padding have
        no meaning here.
    bins : int
        257.
    seed
        Without effect: nothing is random.
    device, dtype
        Of the computation.

    Raises
    ------
    ParameterError
        If the options do not fit, or the spectrogram is not one of 512 samples.
    ClassifierError
        If the file cannot be used.
    """

    def __init__(self, parameters, bins, seed, device="cpu", dtype=torch.float32):
        options = dict(parameters.options)
        path = options.pop("weights", None) or default_yamnet_path()
        blocks = options.pop("blocks", BLOCKS)
        if options:
            raise ParameterError(
                f"features.options: trained features know weights and blocks, found {', '.join(sorted(options))} too"
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
        """Feature maps (channels * bands, frames of the block), in 0 ... 6, of a log spectrogram (257, frames)."""
        magnitude = torch.expm1(log_magnitude)
        frames = magnitude.shape[1]
        # The network's first frame is centred half a window after the start, the chain's at the start.
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
        """Frames per second of each map.

        Raises
        ------
        ParameterError
            If the spectrogram's rate is not that of 16 kHz and a hop of 64 samples.
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
