"""Draw the initial spectrogram of a task, rotated and crossfaded to continue the frames before it."""

import torch
from scipy.fft import next_fast_len

from texture_core.methods import initial_morph, initial_spectrogram
from texture_core.runtime.randomness import torch_generator


def initial_frames(task):
    """Draw the initial spectrogram of a task, rotated and crossfaded to continue its fixed frames.

    Parameters
    ----------
    task : SynthesisTask

    Returns
    -------
    torch.Tensor
        (bins, frames), float32.
    """
    continues = task.blended and task.head is not None
    target = torch.from_numpy(task.target.log_magnitude)
    if task.second is None:
        draw = {"noise": initial_spectrogram.noise, "surrogate": initial_spectrogram.surrogate}[task.parameters.start]
        first = draw(target, _generator(task), task.frames)
        if continues:
            first = first.roll(-_nearest(first, torch.from_numpy(task.head)), dims=1)
    else:
        draw = {"noise": initial_morph.noise, "surrogate": initial_morph.surrogate}[task.parameters.start]
        second, positions = torch.from_numpy(task.second.log_magnitude), torch.from_numpy(task.positions)
        turn = 0
        if continues:
            # Drawn for the first position only; after the rotation, each frame still has its own position.
            alike = draw(target, second, positions[:1].expand(len(positions)), _generator(task))
            turn = _nearest(alike, torch.from_numpy(task.head))
        first = draw(target, second, positions.roll(turn), _generator(task)).roll(-turn, dims=1)
    return _blend(first, task)


def _generator(task):
    return torch_generator(task.seed, task.texture, task.setting, "start")


def _blend(first, task):
    count = task.blended
    mean = first.mean(dim=1, keepdim=True)
    if count and task.head is not None:
        place = slice(task.head.shape[1] - count, task.head.shape[1])
        first[:, place] = _crossfade(torch.from_numpy(task.head[:, -count:]), first[:, place], mean)
    if count and task.tail is not None:
        place = slice(first.shape[1] - task.tail.shape[1], first.shape[1] - task.tail.shape[1] + count)
        first[:, place] = _crossfade(first[:, place], torch.from_numpy(task.tail[:, :count]), mean)
    return first


def _crossfade(before, after, mean):
    """Fade from the one to the other, (bins, frames) each, without a loss of the deviations from the mean of each bin.

    The mean of two independent courses is flatter than both of them.
    """
    before, after = before - mean, after - mean
    fade = (torch.arange(before.shape[1]) + 0.5) / before.shape[1]
    energies = before.square().sum() * after.square().sum()
    alike = ((before * after).sum() / energies.sqrt().clamp_min(torch.finfo(mean.dtype).tiny)).clamp(0, 1)
    scale = ((1 - fade) ** 2 + fade**2 + 2 * alike * fade * (1 - fade)).sqrt()
    return (mean + torch.lerp(before, after, fade) / scale).clamp_min(0)


def _nearest(first, head):
    """Return the frame from which the circular start is nearest to the head."""
    frames = first.shape[1]
    length = next_fast_len(2 * frames, real=True)
    spectrum = torch.fft.rfft(torch.cat([first, first], dim=1)[:, :length], n=length)
    cross = (spectrum * torch.fft.rfft(head, n=length).conj()).sum(dim=0)
    correlation = torch.fft.irfft(cross, n=length)[:frames]
    energy = first.square().sum(dim=0).double()
    total = torch.cat([energy.new_zeros(1), torch.cat([energy, energy]).cumsum(0)])
    distance = total[head.shape[1] : head.shape[1] + frames] - total[:frames] - 2 * correlation
    return int(distance.argmin())
