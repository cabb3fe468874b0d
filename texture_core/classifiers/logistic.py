"""Independent logistic regressions on VGGish embeddings: the paper's classifier (section 3.1)."""

from dataclasses import dataclass

import h5py
import numpy as np
import torch

from texture_core.classifiers.vggish import dequantize
from texture_core.errors import ClassifierError, ParameterError
from texture_core.records.files import replacing
from texture_core.records.spectrogram_files import UNREADABLE, dataset_values
from texture_core.runtime.devices import resolve_device
from texture_core.runtime.randomness import torch_generator

_ROWS_AT_ONCE = 65536


@dataclass(frozen=True)
class LogisticHead:
    """One logistic regression for each class.

    Attributes
    ----------
    weight : numpy.ndarray
        (classes, dimensions), float32.
    bias : numpy.ndarray
        (classes,), float32.
    """

    weight: np.ndarray
    bias: np.ndarray

    def probabilities(self, embeddings):
        """Compute class probabilities (n, classes), float64, for embeddings (n, dimensions)."""
        logits = np.asarray(embeddings, dtype=np.float64) @ self.weight.T.astype(np.float64) + self.bias
        return 1 / (1 + np.exp(-np.clip(logits, -700, 700)))


def train_head(examples, *, steps=100_000, learning_rate=0.1, batch_size=1024, seed=0, device="auto", progress=None):
    """Fit the regressions by stochastic gradient descent.

    Parameters
    ----------
    examples : Examples
    steps : int
        Paper: 100,000.
    learning_rate : float
        Paper: 0.1. Of the mean over a batch and the sum over the classes, which are independent of each other.
    batch_size : int
        Drawn with replacement; the paper does not give its batch size.
    seed : int
        Seeds the draws: same seed, device and threads, same result.
    device : {'auto', 'cpu', 'cuda'}
    progress : callable, optional
        Called with (step, dict) after each step; the dict has the batch's cross entropy every 100 steps.

    Returns
    -------
    LogisticHead
        On embeddings as `texture_core.classifiers.vggish.dequantize` gives them.

    Raises
    ------
    ParameterError
        If a number is out of its range.
    """
    for name, value in (("steps", steps), ("learning_rate", learning_rate), ("batch_size", batch_size)):
        if not value > 0:
            raise ParameterError(f"{name}: expected a number above 0, found {value!r}")
    device = resolve_device(device)
    generator = torch_generator(seed, "logistic head", "batches")
    embeddings, clips, labels = (
        torch.from_numpy(array).to(device) for array in (examples.embeddings, examples.clips, examples.labels)
    )
    weight = torch.zeros(labels.shape[1], embeddings.shape[1], device=device)
    bias = torch.zeros(labels.shape[1], device=device)
    for step in range(1, steps + 1):
        batch = torch.randint(len(embeddings), (batch_size,), generator=generator).to(device)
        inputs = dequantize(embeddings[batch])
        truth = labels[clips[batch]].float()
        logits = torch.addmm(bias, inputs, weight.T)
        error = (torch.sigmoid(logits) - truth) / batch_size
        weight.addmm_(error.T, inputs, alpha=-learning_rate)
        bias.sub_(error.sum(dim=0), alpha=learning_rate)
        if progress is not None:
            shown = step % 100 == 0 or step == steps
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth).item() if shown else None
            progress(step, {"cross_entropy": loss} if shown else None)
    return LogisticHead(weight.cpu().numpy(), bias.cpu().numpy())


def evaluate_head(head, examples):
    """Evaluate a head on labelled embeddings.

    Parameters
    ----------
    head : LogisticHead
    examples : Examples

    Returns
    -------
    dict
        ``accuracy``, the share of correct binary decisions over examples and classes (paper: 0.9942; a head that always
        says no is nearly as good), and ``cross_entropy``, the mean over both in nats (the paper: 0.0584).
    """
    right = entropy = 0.0
    for start in range(0, len(examples.embeddings), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        probabilities = head.probabilities(dequantize(examples.embeddings[rows]))
        truth = examples.labels[examples.clips[rows]]
        right += ((probabilities > 0.5) == truth).sum()
        of_truth = np.where(truth, probabilities, 1 - probabilities)
        entropy -= np.log(np.maximum(of_truth, np.finfo(np.float64).tiny)).sum()
    decisions = len(examples.embeddings) * examples.labels.shape[1]
    return {"accuracy": float(right / decisions), "cross_entropy": float(entropy / decisions)}


def write_head(path, head, attributes=None):
    """Store a head as HDF5: datasets ``weight`` and ``bias``, and attributes for provenance."""
    with replacing(path) as temporary, h5py.File(temporary, "w", locking=False) as file:
        file.create_dataset("weight", data=head.weight, track_times=False)
        file.create_dataset("bias", data=head.bias, track_times=False)
        file.attrs.update(attributes or {})


def read_head(path):
    """Read a `LogisticHead`.

    Raises
    ------
    ClassifierError
        If the file is missing or was not written by `write_head`.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            head = LogisticHead(dataset_values(file, "weight"), dataset_values(file, "bias"))
    except UNREADABLE as error:
        raise ClassifierError(f"{path}: not a file of logistic regressions ({error}); train them again") from error
    if head.weight.ndim != 2 or head.bias.shape != head.weight.shape[:1]:
        raise ClassifierError(
            f"{path}: weight {head.weight.shape} and bias {head.bias.shape}, expected (classes, dimensions) and "
            "(classes,); train them again"
        )
    return head
