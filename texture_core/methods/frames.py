"""Optimise the frames of a spectrogram."""

import torch


class Frames:
    """Frames as the variable of the optimisation, with fixed frames at the ends if the task has them.

    Parameters
    ----------
    reference : torch.Tensor
        (bins, frames): the target; determines device and dtype.
    task : SynthesisTask
    """

    def __init__(self, reference, task):
        self._head = self._tail = reference[:, :0]
        if task.head is not None:
            held = task.head.shape[1] - task.blended
            self._head = torch.from_numpy(task.head[:, :held]).to(reference)
        if task.tail is not None:
            self._tail = torch.from_numpy(task.tail[:, task.blended :]).to(reference)
        # With the first frames of a loop repeated at its end, all kernels wrap around.
        self._repeated = max(task.parameters.features.kernel_widths) - 1 if task.loop else 0

    def free(self, log_magnitude):
        """Return the free frames of all frames (bins, frames)."""
        return log_magnitude[:, self._head.shape[1] : log_magnitude.shape[1] - self._tail.shape[1]].contiguous()

    def log_magnitude(self, free):
        """Return all frames, including the fixed ones."""
        return torch.cat([self._head, free, self._tail], dim=1)

    def evaluate(self, objective, free):
        """Return the terms of the loss and its gradient with respect to the free frames; see `Objective.evaluate`."""
        terms, gradient = objective.evaluate(self.repeated(self.log_magnitude(free)))
        return terms, self.free(self.folded(gradient))

    def repeated(self, log_magnitude):
        """Append the first frames of a loop to all frames, for the loss."""
        if not self._repeated:
            return log_magnitude
        return torch.cat([log_magnitude, log_magnitude[:, : self._repeated]], dim=1)

    def folded(self, gradient):
        """Convert the gradient with respect to repeated frames to that with respect to all frames."""
        if not self._repeated:
            return gradient
        end = gradient.shape[1] - self._repeated
        folded = gradient[:, :end].clone()
        folded[:, : self._repeated] += gradient[:, end:]
        return folded
