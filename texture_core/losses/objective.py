"""The objective of a synthesis: L = L_gram + α L_autocorrelation + β L_diversity (paper, eq. 1).

A setting may add further losses, modules of ``texture_core.losses`` with a function ``create``.
"""

import math
import warnings

import torch

from texture_core import registry
from texture_core.errors import OptimizationError, ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.losses.between import between
from texture_core.losses.by_network import evaluate_by_network, separable
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.runtime.memory import is_shortage


class Objective:
    """Loss and gradient of a log spectrogram against a target.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes; determines device and dtype.
    parameters : Parameters
        A term of weight 0 is not computed.
    frame_rate : float
        Frames per second.
    seed : int
        Seed of the features' weights.
    second : torch.Tensor, optional
        The second target of a morph, (bins, any number of frames).
    position : float
        Position between the target, 0, and the second, 1.

    Attributes
    ----------
    iteration : int
        The current iteration, from 1; set by `advance`. Named in errors, and determines when the diversity term ends.
    sparing : bool
        Whether networks are evaluated one after another; set when memory for all at once runs out.
    """

    def __init__(self, target, parameters, frame_rate, seed, second=None, position=0.0):
        self._parameters = parameters
        self._features = registry.load("features", parameters.features.type).create(
            parameters.features, target.shape[0], seed, device=target.device, dtype=target.dtype
        )
        self._losses = self._create_losses(target, frame_rate)
        if second is not None:
            others = self._create_losses(second, frame_rate)
            self._losses = {
                name: (weight, between(loss, others[name][1], position))
                for name, (weight, loss) in self._losses.items()
            }
        self.sparing = False
        self.iteration = 1

    def _create_losses(self, target, frame_rate):
        """Return weight and loss by name, for one target."""
        parameters = self._parameters
        with torch.no_grad():
            feature_maps = self._features(target)
        frames = self._frames = target.shape[1]
        # Maps of an extractor that pools have a lower frame rate.
        frame_rates = [frame_rate] * len(feature_maps)
        if hasattr(self._features, "frame_rates"):
            frame_rates = self._features.frame_rates(frame_rate)
        losses = {"gram": (1.0, GramLoss(feature_maps))}
        if parameters.alpha > 0:
            loss = AutocorrelationLoss(feature_maps, parameters.autocorrelation, frame_rates)
            losses["autocorrelation"] = (parameters.alpha, loss)
        if parameters.beta > 0 and parameters.diversity.iterations > 0:
            repeats = [frame_rate / rate for rate in frame_rates]
            loss = DiversityLoss(feature_maps, frames, parameters.diversity, repeats)
            losses["diversity"] = (parameters.beta, loss)
        for name, weight in parameters.losses.items():
            known = registry.names("losses")
            if name not in known:
                raise ParameterError(
                    f"losses.{name}: expected one of {', '.join(known)}; alpha and beta weight the others"
                )
            create = registry.load("losses", name).create
            losses[name] = (weight, create(feature_maps, frames, frame_rates, parameters))
        return losses

    def advance(self):
        """Advance to the next iteration."""
        self.iteration += 1
        if self.iteration > self._parameters.diversity.iterations:
            self.end_diversity()
        elif "diversity" in self._losses:
            self._losses["diversity"][1].advance()

    def end_diversity(self):
        """Remove the diversity term."""
        self._losses.pop("diversity", None)

    def state(self):
        """Return the state: the iteration, and the states of losses that have one."""
        known = {name: loss.state() for name, (_, loss) in self._losses.items() if hasattr(loss, "state")}
        return {"iteration": self.iteration, "losses": known}

    def restore(self, state):
        """Restore a state returned by `state`."""
        self.iteration = state["iteration"]
        if "diversity" not in state["losses"]:
            self.end_diversity()
        for name, known in state["losses"].items():
            self._losses[name][1].restore(known)

    def evaluate(self, log_magnitude):
        """Compute the loss and its gradient.

        Parameters
        ----------
        log_magnitude : torch.Tensor
            (bins, frames).

        Returns
        -------
        terms : dict
            Floats: each unweighted term, and ``total``, the weighted sum.
        gradient : torch.Tensor
            (bins, frames), gradient of the total.

        Raises
        ------
        OptimizationError
            If a term or the gradient is NaN or infinite; the message names the iteration and the term.
        """
        values, gradient = self._values_and_gradient(log_magnitude)
        total = sum(self._losses[name][0] * value for name, value in values.items())
        terms = {name: value.item() for name, value in values.items()} | {"total": total.item()}
        for name, value in terms.items():
            if not math.isfinite(value):
                raise OptimizationError(f"iteration {self.iteration}: the {name} term is {value}")
        if not torch.isfinite(gradient).all():
            raise OptimizationError(f"iteration {self.iteration}: the gradient of the total is not finite")
        return terms, gradient

    def _values_and_gradient(self, log_magnitude):
        if not self.sparing:
            try:
                return self._evaluate_at_once(log_magnitude)
            except (MemoryError, RuntimeError) as error:
                if not (is_shortage(error) and self._separable(log_magnitude)):
                    raise
            # Outside the except block, so that the memory of the failed evaluation is released.
            self.sparing = True
            warnings.warn(
                f"iteration {self.iteration}: too little memory for all networks at once; from now on they are "
                "evaluated one after another, which takes longer and gives the same result up to rounding",
                stacklevel=3,
            )
            if log_magnitude.is_cuda:
                torch.cuda.empty_cache()
        return evaluate_by_network(self._features, self._losses, log_magnitude)

    def _evaluate_at_once(self, log_magnitude):
        variable = log_magnitude.detach().requires_grad_(True)
        feature_maps = self._features(variable)
        values = {name: loss(feature_maps) for name, (_, loss) in self._losses.items()}
        total = sum(self._losses[name][0] * value for name, value in values.items())
        (gradient,) = torch.autograd.grad(total, variable)
        return values, gradient

    def _separable(self, log_magnitude):
        # For another length than the target's, the diversity term needs all maps together.
        same_length = log_magnitude.shape[1] == self._frames or "diversity" not in self._losses
        return same_length and separable(self._features, [loss for _, loss in self._losses.values()])
