"""The frames of a spectrogram as what is optimised."""

import torch


class Frames:
    """Which frames are optimised, and which the loss sees: those held at the ends too, a loop's first ones twice.

    Parameters
    ----------
    reference : torch.Tensor
        (bins, frames): the target; its device and type are those of the computation.
    task : SynthesisTask
    """

    def __init__(self, reference, task):
        self._head = self._tail = reference[:, :0]
        if task.head is not None:
            held = task.head.shape[1] - task.blended
            self._head = torch.from_numpy(task.head[:, :held]).to(reference)
        if task.tail is not None:
            self._tail = torch.from_numpy(task.tail[:, task.blended :]).to(reference)
        # Repeated by as much as the widest kernel sees beyond its first frame, the start makes kernels go around.
        self._repeated = max(task.parameters.features.kernel_widths) - 1 if task.loop else 0

    def free(self, log_magnitude):
        """The frames between head and tail."""
        return log_magnitude[:, self._head.shape[1] : log_magnitude.shape[1] - self._tail.shape[1]].contiguous()

    def log_magnitude(self, free):
        """All frames, once each."""
        return torch.cat([self._head, free, self._tail], dim=1)

    def evaluate(self, objective, free):
        """The terms of the loss, and its gradient by the free frames; see `Objective.evaluate`."""
        terms, gradient = objective.evaluate(self.repeated(self.log_magnitude(free)))
        return terms, self.free(self.folded(gradient))

    def repeated(self, log_magnitude):
        """What the loss sees of all frames: a loop's first ones once more at the end."""
        if not self._repeated:
            return log_magnitude
        return torch.cat([log_magnitude, log_magnitude[:, : self._repeated]], dim=1)

    def folded(self, gradient):
        """The gradient by all frames, from that by what the loss sees."""
        if not self._repeated:
            return gradient
        end = gradient.shape[1] - self._repeated
        folded = gradient[:, :end].clone()
        folded[:, : self._repeated] += gradient[:, end:]
        return folded
