"""``preset: auto``: the rule that chooses α and β for a texture among candidates, and its record.

α is there for the rhythm, β against copies, and both take something of the rest. So the rule goes by what each is for,
one question after the other (`choose_candidate`), rather than by a sum of scores, whose weights would have to be chosen
too. `texture_core.tuning.trials` makes the candidates and their scores.
"""

import math
from dataclasses import asdict, dataclass, replace

from texture_core.errors import OptimizationError
from texture_core.methods.task import looks_at
from texture_core.parameters.method import AUTO, InversionParameters, OptimizerParameters
from texture_core.records.files import write_text

RULE = "no copies; then a rhythm nearly as good as the best; then the lowest Gram loss"
# Of the candidates alone. Few iterations want a start that is near, and go further with this optimiser.
_OPTIMIZER = "conditioned_lbfgs"
_INVERSION = InversionParameters(algorithm="admm", iterations=50)


@dataclass(frozen=True)
class Candidate:
    """A pair of weights and the scores of its synthesis; lower is better for all of them.

    Attributes
    ----------
    alpha, beta : float
    autocorrelation, diversity : float
        The scores of these names, of the sound.
    gram : float
        Gram loss of the sound's spectrogram, with other random weights of the features than those that it was made
        with. NaN, as the others, where the synthesis failed.
    """

    alpha: float
    beta: float
    autocorrelation: float
    diversity: float
    gram: float

    @property
    def is_scored(self):
        """Whether all scores are finite."""
        return all(math.isfinite(value) for value in (self.autocorrelation, self.diversity, self.gram))


def needs_choice(parameters):
    """Whether the weights of some `Parameters` are still to be chosen: ``preset: auto``, and a method that has any."""
    return parameters.preset == AUTO and looks_at(parameters.method, "alpha")


def with_weights(parameters, alpha, beta):
    """The `Parameters` of a synthesis with the weights that were chosen."""
    return replace(parameters, preset=None, alpha=alpha, beta=beta)


def candidate_parameters(parameters):
    """The `Parameters` that all candidates share, still with ``preset: auto``: those of a setting, at less cost.

    Fewer filters and iterations, and nothing of the setting's own start, optimiser, inversion and snapshots, so that
    the choice does not depend on these. The diversity term takes part in the first half of the iterations, because the
    synthesis ends without it too.
    """
    auto, features = parameters.auto, parameters.features
    iterations = min(auto.iterations, parameters.optimizer.iterations)
    diversity = min(parameters.diversity.iterations, iterations // 2)
    return replace(
        parameters,
        features=replace(features, filters=min(auto.filters, features.filters)),
        optimizer=OptimizerParameters(type=_OPTIMIZER, iterations=iterations),
        diversity=replace(parameters.diversity, iterations=diversity),
        inversion=_INVERSION,
        start="surrogate",
        snapshots=(),
    )


def candidate_weights(parameters):
    """The pairs (α, β) to try, in rising order."""
    return [(alpha, beta) for alpha in parameters.auto.alpha for beta in parameters.auto.beta]


def choose_candidate(candidates, auto):
    """Choose among candidates by their scores.

    1. A candidate without a finite number for each score is left out.
    2. So is one whose diversity score is above ``maximum_diversity``: it is a copy. If all are, the one that is least
       so is chosen.
    3. Of the others those remain whose autocorrelation score is at most ``tolerance`` times the best, or below
       ``minimum_autocorrelation``, where differences are not heard: the rhythm is there, and more α would only cost.
    4. Of these the lowest Gram loss is chosen: the sound itself.

    Equal scores: the smaller α, then the smaller β.

    Parameters
    ----------
    candidates : sequence of Candidate
        In any order, which does not matter.
    auto : AutoParameters

    Returns
    -------
    chosen : Candidate
    reason : str
        What the rule found at each step.

    Raises
    ------
    OptimizationError
        If no candidate has scores.
    """
    scored = [candidate for candidate in candidates if candidate.is_scored]
    if not scored:
        raise OptimizationError(
            f"preset auto: expected scores of one of {len(candidates)} candidates at least, found none that is finite; "
            "set alpha and beta"
        )
    reasons = [f"{len(scored)} of {len(candidates)} candidates have scores"] if len(scored) < len(candidates) else []
    kept = [candidate for candidate in scored if candidate.diversity <= auto.maximum_diversity]
    if not kept:
        chosen = min(scored, key=lambda candidate: (candidate.diversity, candidate.alpha, candidate.beta))
        reasons.append(
            f"all are copies (diversity above {auto.maximum_diversity:g}); the lowest diversity, {chosen.diversity:.3g}"
        )
        return chosen, "; ".join(reasons)
    reasons.append(f"{len(kept)} of {len(scored)} are no copies (diversity at most {auto.maximum_diversity:g})")
    best = min(candidate.autocorrelation for candidate in kept)
    limit = max(auto.tolerance * best, auto.minimum_autocorrelation)
    good = [candidate for candidate in kept if candidate.autocorrelation <= limit]
    reasons.append(f"{len(good)} of these keep the rhythm (autocorrelation at most {limit:.3g}, best {best:.3g})")
    chosen = min(good, key=lambda candidate: (candidate.gram, candidate.alpha, candidate.beta))
    reasons.append(f"of these the lowest Gram loss, {chosen.gram:.3g}")
    return chosen, "; ".join(reasons)


def choice_record(candidates, auto):
    """Choose, and tell all that the choice rests on, as a mapping that JSON holds.

    Parameters
    ----------
    candidates : sequence of Candidate
    auto : AutoParameters

    Returns
    -------
    dict
        ``alpha``, ``beta``, ``rule``, ``reason`` and ``candidates``; a score that is not finite is None.
    """
    chosen, reason = choose_candidate(candidates, auto)
    rows = [
        {name: value if math.isfinite(value) else None for name, value in asdict(candidate).items()}
        for candidate in candidates
    ]
    return {"alpha": chosen.alpha, "beta": chosen.beta, "rule": RULE, "reason": reason, "candidates": rows}


def write_choices(path, records):
    """Write a table, separated by tabs, of the weights chosen and the reasons.

    Parameters
    ----------
    path : path
    records : sequence of dict
        Those of `choice_record`, each with ``texture`` besides.
    """
    columns = ("texture", "alpha", "beta", "reason")
    rows = [
        columns,
        *([f"{record[name]:g}" if name in columns[1:3] else record[name] for name in columns] for record in records),
    ]
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))
