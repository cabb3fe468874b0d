"""Loss and gradient with the feature maps of one network at a time, to save memory.

This requires losses that are functions of a sum over networks, such as the paper's three. Features must have
``networks(log_magnitude)``, a lazy iterator over the maps. A loss must have ``part(index, feature_map)``, one network's
share of the sum, and ``combine(total)``, which computes the loss from the sum. A loss that needs all maps first has
``prepare(feature_maps)`` too, to be called before ``part``.
"""

import torch


def separable(features, losses):
    """Return whether `evaluate_by_network` supports the features and losses.

    Parameters
    ----------
    features : callable
    losses : iterable of callable
    """
    return hasattr(features, "networks") and all(hasattr(loss, "part") for loss in losses)


def evaluate_by_network(features, losses, log_magnitude):
    """Evaluate loss and gradient one network at a time; each map is computed up to three times.

    The result equals that of evaluating all networks together, up to rounding.

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
        Scalars, each unweighted loss.
    gradient : torch.Tensor
        (bins, frames), gradient of the weighted sum.
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
        # Chain rule: each part is weighted by the derivative of `combine`.
        factors[name] = weight * torch.autograd.grad(values[name], total)[0]
    variable = log_magnitude.detach().requires_grad_(True)
    gradient = torch.zeros_like(log_magnitude)
    for index, feature_map in enumerate(features.networks(variable)):
        share = sum(factors[name] * loss.part(index, feature_map) for name, (_, loss) in losses.items())
        gradient += torch.autograd.grad(share, variable)[0]
    return values, gradient
