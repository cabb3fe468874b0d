"""The objective of a synthesis: L = L_gram + α L_autocorrelation + β L_diversity (paper, eq. 1).

A setting may add further losses, modules of ``texture_core.losses`` with a function ``create``.
"""

import inspect
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from texture_core import registry
from texture_core.errors import OptimizationError, ParameterError
from texture_core.losses.autocorrelation import AutocorrelationLoss
from texture_core.losses.between import between
from texture_core.losses.by_network import evaluate_by_network, separable
from texture_core.losses.diversity import DiversityLoss
from texture_core.losses.gram import GramLoss
from texture_core.runtime.memory import is_shortage
from texture_core.runtime.randomness import derive_seed

# Used in place of the number of a view for the log magnitudes themselves.
_SPECTROGRAM = -1
# Hz between bins in the paper's transform.
_BIN_WIDTH = 31.25


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
    frequencies : torch.Tensor, optional
        (bins,), Hz; default: those of the paper's transform. They start again for each further signal.

    Attributes
    ----------
    iteration : int
        The current iteration, from 1; set by `advance`. Named in errors, and determines when the diversity term ends.
    sparing : bool
        Whether networks are evaluated one after another; set when memory for all at once runs out.
    """

    def __init__(self, target, parameters, frame_rate, seed, second=None, position=0.0, frequencies=None):
        self._parameters = parameters
        self._frequencies = _BIN_WIDTH * torch.arange(len(target)) if frequencies is None else frequencies
        self._frame_rate = frame_rate
        self._frames = (second if second is not None else target).shape[1]
        self._views = self._create_views(target, seed)
        self._terms = self._create_terms(target)
        if second is not None:
            others = self._create_terms(second)
            self._terms = {
                name: replace(term, loss=between(term.loss, others[name].loss, position))
                for name, term in self._terms.items()
            }
        self.sparing = False
        self.iteration = 1

    def _create_views(self, target, seed):
        """Return the transform and the extractor of each view."""
        features = self._parameters.features
        create = registry.load("features", features.type).create
        views = []
        for number, view in enumerate(features.views):
            transform = _create_view(target, self._frequencies, view, number)
            # So that the filters of the first view are the paper's.
            own_seed = derive_seed(seed, "view", number) if number else seed
            rows = len(transform(target))
            views.append((transform, create(features, rows, own_seed, device=target.device, dtype=target.dtype)))
        return views

    def _create_terms(self, target):
        """Return the terms for one target by name; all but the Gram terms use only the first view."""
        parameters, frames = self._parameters, target.shape[1]
        with torch.no_grad():
            by_view = self._feature_maps(target)
        terms = {}
        for number, (view, (_, extractor)) in enumerate(zip(parameters.features.views, self._views, strict=True)):
            if hasattr(extractor, "gram_loss"):
                loss = extractor.gram_loss(by_view[number], view.loudness)
            elif view.loudness == 1:
                loss = GramLoss(by_view[number])
            else:
                raise ParameterError(
                    f"features.views: loudness {view.loudness:g} needs features.type limit, found "
                    f"{parameters.features.type}; leave loudness out or take limit"
                )
            name = f"gram of view {number + 1}" if number else "gram"
            terms[name] = _Term(view.weight, loss, "gram", view.weight, number)
        feature_maps, (_, extractor) = by_view[0], self._views[0]
        # Pooling reduces the frame rate.
        frame_rates = [self._frame_rate] * len(feature_maps)
        if hasattr(extractor, "frame_rates"):
            frame_rates = extractor.frame_rates(self._frame_rate)
        if parameters.alpha > 0:
            loss = AutocorrelationLoss(feature_maps, parameters.autocorrelation, frame_rates)
            terms["autocorrelation"] = _Term(parameters.alpha, loss, "autocorrelation")
        if parameters.beta > 0 and parameters.diversity.iterations > 0:
            repeats = [self._frame_rate / rate for rate in frame_rates]
            loss = DiversityLoss(feature_maps, frames, parameters.diversity, repeats)
            terms["diversity"] = _Term(parameters.beta, loss, "diversity")
        for name, weight in parameters.losses.items():
            known = registry.names("losses")
            if name not in known:
                raise ParameterError(
                    f"losses.{name}: expected one of {', '.join(known)}; alpha and beta weigh the others"
                )
            create = registry.load("losses", name).create
            if registry.constant("losses", name, "SEES_SPECTROGRAM", False):
                loss = create(target, self._frequencies, self._frame_rate)
                terms[name] = _Term(weight, loss, name, view=_SPECTROGRAM)
            else:
                terms[name] = _Term(weight, create(feature_maps, frames, frame_rates, parameters), name)
        return terms

    def _feature_maps(self, log_magnitude):
        """Return the feature maps of each view."""
        return [extractor(transform(log_magnitude)) for transform, extractor in self._views]

    def advance(self):
        """Begin the next iteration."""
        self.iteration += 1
        if self.iteration > self._parameters.diversity.iterations:
            self.end_diversity()
        elif "diversity" in self._terms:
            self._terms["diversity"].loss.advance()

    def weigh_autocorrelation(self, alpha):
        """Set the weight of the autocorrelation term, if there is one."""
        if "autocorrelation" in self._terms:
            self._terms["autocorrelation"] = replace(self._terms["autocorrelation"], weight=alpha)

    def end_diversity(self):
        """Remove the diversity term."""
        self._terms.pop("diversity", None)

    def state(self):
        """Return the state that evaluations depend on: the iteration, and the state of losses that have one."""
        known = {name: term.loss.state() for name, term in self._terms.items() if hasattr(term.loss, "state")}
        return {"iteration": self.iteration, "losses": known}

    def restore(self, state):
        """Continue from a state returned by `state`."""
        self.iteration = state["iteration"]
        if "diversity" not in state["losses"]:
            self.end_diversity()
        for name, known in state["losses"].items():
            self._terms[name].loss.restore(known)

    def evaluate(self, log_magnitude):
        """Compute the loss of log magnitudes (bins, frames) and its gradient.

        Returns
        -------
        terms : dict
            Floats: each term without its weight, the Gram terms of all views added up by the weights of their views;
            and ``total``, their weighted sum.
        gradient : torch.Tensor
            (bins, frames), of the total.

        Raises
        ------
        OptimizationError
            If a term or the gradient is not finite; the message names the iteration and the term.
        """
        values, gradient = self._values_and_gradient(log_magnitude)
        total = sum(self._terms[name].weight * value for name, value in values.items())
        terms = {}
        for name, value in values.items():
            term = self._terms[name]
            terms[term.column] = terms.get(term.column, 0.0) + term.share * value.item()
        terms["total"] = total.item()
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
            # The memory of the failed evaluation is only free here.
            self.sparing = True
            warnings.warn(
                f"iteration {self.iteration}: too little memory for all networks at once; from now on they are "
                "evaluated one after another, which takes longer and gives the same but for rounding",
                stacklevel=3,
            )
            if log_magnitude.is_cuda:
                torch.cuda.empty_cache()
        ((_, features),) = self._views
        losses = {name: (term.weight, term.loss) for name, term in self._terms.items()}
        return evaluate_by_network(features, losses, log_magnitude)

    def _evaluate_at_once(self, log_magnitude):
        variable = log_magnitude.detach().requires_grad_(True)
        by_view = [*self._feature_maps(variable), [variable]]
        values = {name: term.loss(by_view[term.view]) for name, term in self._terms.items()}
        total = sum(self._terms[name].weight * value for name, value in values.items())
        (gradient,) = torch.autograd.grad(total, variable)
        return values, gradient

    def _separable(self, log_magnitude):
        # Evaluation network by network has no views, and the diversity term of syntheses that are not as long as the
        # target compares all maps at once.
        plain = [view.type for view in self._parameters.features.views] == ["log_magnitude"]
        same_length = log_magnitude.shape[1] == self._frames or "diversity" not in self._terms
        return plain and same_length and separable(self._views[0][1], [term.loss for term in self._terms.values()])


def _create_view(target, frequencies, view, number):
    create = registry.load("views", view.type).create
    seen = (target, frequencies) if registry.constant("views", view.type, "SEES_FREQUENCIES", False) else (target,)
    known = list(inspect.signature(create).parameters)[len(seen) :]
    unknown = sorted(set(view.options) - set(known))
    if unknown:
        raise ParameterError(
            f"features.views, item {number + 1}, options: expected a known option of {view.type} "
            f"({', '.join(known) or 'none'}), found {', '.join(unknown)}; correct or remove it"
        )
    return create(*seen, **view.options)


@dataclass(frozen=True)
class _Term:
    """One term of the sum: its weight, the loss, the column and share of its report, and the view it is computed on."""

    weight: float
    loss: Callable
    column: str
    share: float = 1.0
    view: int = 0
