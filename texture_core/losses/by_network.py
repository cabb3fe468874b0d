"""Loss and gradient with the feature maps of one network at a time, for where there is no memory for all of them.

That is possible where a loss is a function of a sum over networks, as the paper's three are. Features then have
``networks(log_magnitude)``, an iterator over the maps, each computed when it is asked for. A loss has
``part(index, feature_map)``, a network's share of the sum, and ``combine(total)``, what the loss makes of the sum. One
that has to see the maps before has ``prepare(feature_maps)`` too, and only then are its parts right.
"""

import torch


def separable(features, losses):
    """Whether `evaluate_by_network` can be used.

    Parameters
    ----------
    features : callable
    losses : iterable of callable
    """
    return hasattr(features, "networks") and all(hasattr(loss, "part") for loss in losses)


def evaluate_by_network(features, losses, log_magnitude):
    """What evaluating all networks together gives, but for rounding: each map is computed up to three times.

    Parameters
    ----------
    features : callable
    losses : dict of str to (float, callable)
        Weights and losses.
    log_magnitude : torch.Tensor
        (bins, frames).

    Returns
    -------
    values : dict of str to torch.Tensor
        Scalars, each loss without its weight.
    gradient : torch.Tensor
        (bins, frames), of the weighted sum.
    """
    with torch.no_grad():
        for _, loss in losses.values():
            if hasattr(loss, "prepare"):
                loss.prepare(features.networks(log_magnitude))
        sums = dict.fromkeys(losses, 0.0)
        for index, feature_map in enumerate(features.networks(log_magnitude)):
            for name, (_, loss) in losses.items():
                sums[name] = sums[name] + loss.part(index, feature_map)
    values, factors = {}, {}
    for name, (weight, loss) in losses.items():
        total = sums[name].requires_grad_(True)
        values[name] = loss.combine(total)
        # The chain rule: a part counts by the derivative of what becomes of the sum.
        factors[name] = weight * torch.autograd.grad(values[name], total)[0]
    variable = log_magnitude.detach().requires_grad_(True)
    gradient = torch.zeros_like(log_magnitude)
    for index, feature_map in enumerate(features.networks(variable)):
        share = sum(factors[name] * loss.part(index, feature_map) for name, (_, loss) in losses.items())
        gradient += torch.autograd.grad(share, variable)[0]
    return values, gradient
