"""``preset: auto``: the rule that chooses α and β for a texture from candidates, and its record.

α preserves rhythm and β prevents copies, both at some cost to the rest. So the rule applies one criterion after the
other (`choose_candidate`) instead of a weighted sum of scores, whose weights would have to be chosen too.
`texture_core.tuning.trials` computes the candidates and their scores.
"""

import math
from dataclasses import asdict, dataclass, replace

from texture_core.errors import OptimizationError
from texture_core.methods.task import looks_at
from texture_core.parameters.method import AUTO, InversionParameters, OptimizerParameters
from texture_core.records.files import write_text

RULE = "no copies; then a rhythm nearly as good as the best; then the lowest Gram loss"
# For candidates only: with few iterations, this optimiser and the surrogate start get further.
_OPTIMIZER = "conditioned_lbfgs"
_INVERSION = InversionParameters(algorithm="admm", iterations=50)


@dataclass(frozen=True)
class Candidate:
    """A pair of weights and the scores of its synthesis; lower scores are better.

    Attributes
    ----------
    alpha, beta : float
    autocorrelation, diversity : float
        The scores of these names, computed from the audio.
    gram : float
        Gram loss of the audio's spectrogram, with random features other than those of the synthesis. All scores are
        NaN if the synthesis failed.
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
    """Return whether the weights of `Parameters` have to be chosen: ``preset: auto``, and a method with weights."""
    return parameters.preset == AUTO and looks_at(parameters.method, "alpha")


def with_weights(parameters, alpha, beta):
    """Return `Parameters` with the chosen weights."""
    return replace(parameters, preset=None, alpha=alpha, beta=beta)


def candidate_parameters(parameters):
    """Return the `Parameters` shared by all candidates, still with ``preset: auto``, at reduced cost.

    They have fewer filters and iterations. Start, optimiser, inversion and snapshots of the setting are replaced, so
    that the choice does not depend on them. The diversity term is used for the first half of the iterations, because
    the synthesis also ends without it.
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
        frame_step=1,
        retakes=0,
    )


def candidate_weights(parameters):
    """Return the pairs (α, β) to try, in ascending order."""
    return [(alpha, beta) for alpha in parameters.auto.alpha for beta in parameters.auto.beta]


def choose_candidate(candidates, auto):
    """Choose among candidates by their scores.

    1. Reject candidates without finite scores.
    2. Reject copies: candidates whose diversity score is above ``maximum_diversity``. If all are copies, choose the one
       with the lowest diversity score.
    3. Of the rest, keep those whose autocorrelation score is at most ``tolerance`` times the best, or below
       ``minimum_autocorrelation``, where differences are inaudible.
    4. Of these, choose the lowest Gram loss.

    In a tie, choose the smaller α, then the smaller β.

    Parameters
    ----------
    candidates : sequence of Candidate
        In any order.
    auto : AutoParameters

    Returns
    -------
    chosen : Candidate
    reason : str
        The result of each step of the rule.

    Raises
    ------
    OptimizationError
        If no candidate has finite scores.
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
    """Choose among candidates and return the record of the choice, as JSON-compatible values.

    Parameters
    ----------
    candidates : sequence of Candidate
    auto : AutoParameters

    Returns
    -------
    dict
        ``alpha``, ``beta``, ``rule``, ``reason`` and ``candidates``; scores that are not finite are None.
    """
    chosen, reason = choose_candidate(candidates, auto)
    rows = [
        {name: value if math.isfinite(value) else None for name, value in asdict(candidate).items()}
        for candidate in candidates
    ]
    return {"alpha": chosen.alpha, "beta": chosen.beta, "rule": RULE, "reason": reason, "candidates": rows}


def write_choices(path, records):
    """Write a tab-separated table of the chosen weights and the reasons.

    Parameters
    ----------
    path : path
    records : sequence of dict
        Results of `choice_record`, each with the key ``texture`` added.
    """
    columns = ("texture", "alpha", "beta", "reason")
    rows = [
        columns,
        *([f"{record[name]:g}" if name in columns[1:3] else record[name] for name in columns] for record in records),
    ]
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))
