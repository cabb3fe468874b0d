"""Synthesise spectrograms and samples of any length in constant memory, window by window.

At the start of the optimisation of a window, the frames that the previous window discarded are faded into the random
start, so that sounds continue across the seam. Samples are continued in the same way, whether they are optimised or
recovered from magnitudes: each piece begins with fixed samples. `texture_core.texture.windows` plans the windows.
"""

from dataclasses import dataclass

import numpy as np
import torch

from texture_core import registry
from texture_core.methods.optimization import iterations, synthesize
from texture_core.methods.task import SynthesisTask
from texture_core.phase.initial_phase import initial_phase
from texture_core.runtime.memory import explained_shortage
from texture_core.runtime.progress import counting_on
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.transform import CircularTransform, HeldTransform, Transform

# Lengths, in transforms of n_fft samples, of the previous samples that are fixed, and of the end of a piece, where the
# reflection disturbs the phases, that is recovered again with the next piece.
_HELD_TRANSFORMS = 4
_MARGIN_TRANSFORMS = 2
# This fraction, 1 / _FADED, of the discarded frames is crossfaded into the next window, to avoid a step between fixed
# and newly optimised frames.
_FADED = 4
# The same of discarded samples, which are as good as any but at the very end.
_FADED_SAMPLES = 2
_SHORTAGE_ADVICE = "cut the recording, whose whole length is kept in memory, or use fewer features.filters"


@dataclass(frozen=True)
class Piece:
    """What one window adds to a texture.

    Attributes
    ----------
    log_magnitude : numpy.ndarray
        (bins, frames), float32.
    samples : numpy.ndarray or None
        (signals, n), float32; None if the samples must be recovered from the magnitudes.
    """

    log_magnitude: np.ndarray
    samples: np.ndarray | None


def synthesize_windows(
    target,
    parameters,
    windows,
    *,
    seed,
    loop=False,
    device="cpu",
    progress=None,
    stop=None,
    between=None,
    peak=None,
    kept=None,
):
    """Synthesise a texture window by window.

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    windows : sequence of Window
    seed : int
    loop : bool
        Whether the texture is a loop, as passed to `plan_windows`.
    device : {'cpu', 'cuda'}
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counting over all windows.
    stop : callable, optional
        Called after each iteration; if it returns true, the current window is the last.
    between : callable, optional
        Maps the frame indices of a window, (frames,), counted from the start of the texture, to the fields ``target``,
        ``second`` and ``positions`` of its `SynthesisTask`. Default: the target for all windows.
    peak : float, optional
        Largest absolute value of an optimised sample.
    kept : KeptWindows, optional
        Where finished windows are saved, and read instead of computed.

    Yields
    ------
    Piece
        The part of each window that belongs to the texture. In total there are (frames - 1) * hop_length samples,
        starting at the centre of the first frame, or frames * hop_length for a loop, which starts a little later.
    """
    opening = previous = None
    opening_samples = previous_samples = (None, None)
    hop_length = target.hop_length
    settling = windows[0].frames - windows[0].stop
    done = 0
    for number, window in enumerate(windows):
        places = np.arange(window.frames) + done - window.start
        task = SynthesisTask(
            **(between(places) if between else {"target": target}),
            parameters=parameters,
            seed=seed,
            texture="texture",
            setting=f"window {number}",
            device=device,
            progress=counting_on(progress, number * iterations(parameters)),
            frames=window.frames,
            head=previous,
            tail=opening if window.tail else None,
            blended=settling,
            loop=loop and len(windows) == 1,
            stop=stop,
            head_samples=previous_samples[0],
            after_head_samples=previous_samples[1],
            tail_samples=opening_samples[1] if window.tail else None,
            before_tail_samples=opening_samples[0] if window.tail else None,
            peak=peak,
        )
        result = kept.load(number) if kept else None
        if result is None:
            frames = max(target.log_magnitude.shape[1], window.frames)
            with explained_shortage(parameters, frames, len(target.log_magnitude), device, _SHORTAGE_ADVICE):
                result = synthesize(task)
            if kept and not (stop and stop()):
                kept.save(number, result)
        made, samples = result.log_magnitude, result.samples
        if samples is None:
            if previous is not None:
                _fade_in(previous[:, window.head :], made[:, window.head :])
            if window.tail:
                _fade_in(opening[:, ::-1][:, window.tail :], made[:, ::-1][:, window.tail :])
        else:
            samples = np.atleast_2d(samples)
        if len(windows) > 1:
            overlap = windows[1].head
            previous = made[:, window.stop - overlap :].copy()
            if number == 0:
                opening = made[:, : window.start + overlap].copy()
            if samples is not None:
                faded = settling * hop_length // _FADED_SAMPLES
                first, end, held = (count * hop_length for count in (window.start, window.stop, overlap))
                previous_samples = _cut(samples, end - held, end, end + faded)
                if number == 0:
                    # No samples follow the last of its frames.
                    opening_samples = _cut(samples, max(first - faded, 0), first, first + held - hop_length)
        done += window.stop - window.start
        own = None if samples is None else samples[:, window.start * hop_length : window.stop * hop_length]
        yield Piece(made[:, window.start : window.stop], own)
        if stop and stop():
            return


def _cut(samples, start, place, stop):
    """What is before a place, and what is after."""
    return samples[:, start:place].copy(), samples[:, place:stop].copy()


def _fade_in(before, after):
    """Crossfade from `before` to `after` over the first frames; changes `after` in place."""
    count = before.shape[1] // _FADED
    weight = (np.arange(count, dtype=np.float32) + 0.5) / count
    after[:, :count] += (1 - weight) * (before[:, :count] - after[:, :count])


def invert_pieces(pieces, template, parameters, *, seed, loop=False, device="cpu"):
    """Recover the samples of a spectrogram given in pieces.

    Parameters
    ----------
    pieces : iterable of numpy.ndarray
        (bins, frames) each, log magnitudes, at least hundreds of frames.
    template : Spectrogram
        Provides n_fft and hop_length.
    parameters : InversionParameters
    seed : int
    loop : bool
        Whether the texture is a loop.
    device : {'cpu', 'cuda'}

    Yields
    ------
    numpy.ndarray
        Samples (any number,), float32. In total there are (frames - 1) * hop_length, starting at the centre of the
        first frame, or frames * hop_length for a loop, which starts a little later.
    """
    hop_length = template.hop_length
    transform_frames = -(-template.n_fft // hop_length)
    held, margin = _HELD_TRANSFORMS * transform_frames, _MARGIN_TRANSFORMS * transform_frames
    recover = _Recovery(template, parameters, seed, device)
    buffer = known = opening = None
    for piece, is_last in _with_last(pieces):
        is_first = buffer is None
        if loop and is_first and is_last:
            yield recover(piece, loop=True)
            return
        buffer = piece if is_first else np.concatenate([buffer, piece], axis=1)
        ending = None
        stop = buffer.shape[1] - 1 - (0 if is_last else margin)
        if loop and is_last:
            stop = buffer.shape[1] + margin
            buffer = np.concatenate([buffer, opening[0]], axis=1)
            ending = opening[1]
        samples = recover(buffer, head=known, tail=ending)
        start = held if not is_first else margin if loop else 0
        if loop and is_first:
            # No samples follow the last of these frames.
            opening = buffer[:, : margin + held + 1], samples[margin * hop_length : (margin + held) * hop_length]
        yield samples[start * hop_length : stop * hop_length]
        known = samples[(stop - held) * hop_length : stop * hop_length]
        buffer = buffer[:, stop - held :]


def _with_last(items):
    iterator = iter(items)
    try:
        item = next(iterator)
    except StopIteration:
        return
    for following in iterator:
        yield item, False
        item = following
    yield item, True


class _Recovery:
    """Phase recovery of successive pieces."""

    def __init__(self, template, parameters, seed, device):
        self._template, self._parameters, self._seed, self._device = template, parameters, seed, device
        self._algorithm = registry.load("phase", parameters.algorithm)
        self._count = 0

    def __call__(self, log_magnitude, *, head=None, tail=None, loop=False):
        magnitude = torch.expm1(torch.from_numpy(np.ascontiguousarray(log_magnitude)).to(self._device))
        generator = torch_generator(self._seed, "phase", self._count)
        self._count += 1
        plain = Transform.like(magnitude, self._template.n_fft, self._template.hop_length)
        phase = initial_phase(magnitude, self._parameters.start, generator, plain.n_fft, plain.hop_length)
        settings = (plain.n_fft, plain.hop_length, plain.window)
        if loop:
            transform = CircularTransform(*settings)
        else:
            ends = [torch.from_numpy(side if side is not None else np.empty(0)).to(magnitude) for side in (head, tail)]
            transform = HeldTransform(*settings, *ends)
        return self._algorithm.recover(magnitude, phase, transform, self._parameters.iterations).cpu().numpy()
