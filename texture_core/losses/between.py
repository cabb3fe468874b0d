"""Losses towards what is between two targets."""


def between(first, second, position):
    """A loss that is least between the targets of two losses of one kind.

    Parameters
    ----------
    first, second : callable
        Losses, functions of feature maps. One that compares statistics has ``toward(other, position)``, which returns
        the same loss with statistics between both; of others the sum is taken, weighted by the position.
    position : float
        Above 0 and below 1, how far from the first to the second.
    """
    return first.toward(second, position) if hasattr(first, "toward") else WeightedPair(first, second, position)


class WeightedPair:
    """L = (1 - position) L_first + position L_second, for losses without statistics to interpolate.

    Parameters
    ----------
    first, second : callable
    position : float
    """

    def __init__(self, first, second, position):
        self._losses = (first, second)
        self._weights = (1 - position, position)

    def __call__(self, feature_maps):
        """The loss, a scalar tensor, of feature maps (filters, frames)."""
        return sum(weight * loss(feature_maps) for weight, loss in zip(self._weights, self._losses, strict=True))

    def advance(self):
        """Begin the next step, of losses that count them."""
        for loss in self._losses:
            if hasattr(loss, "advance"):
                loss.advance()

    def state(self):
        """What the next step depends on, of each loss; None for one that remembers nothing."""
        return [loss.state() if hasattr(loss, "state") else None for loss in self._losses]

    def restore(self, state):
        """Go on from what `state` returned."""
        for loss, known in zip(self._losses, state, strict=True):
            if known is not None:
                loss.restore(known)
