"""Losses for morphs between two targets."""


def between(first, second, position):
    """Interpolate between two losses of the same kind.

    Parameters
    ----------
    first, second : callable
        Losses, functions of feature maps. Losses with a method ``toward(other, position)`` return a loss for
        interpolated statistics; for others, the weighted sum is used.
    position : float
        Position between the first, 0, and the second, 1; exclusive.
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
        """Compute the loss, a scalar tensor, of feature maps (filters, frames)."""
        return sum(weight * loss(feature_maps) for weight, loss in zip(self._weights, self._losses, strict=True))

    def advance(self):
        """Advance the losses that count steps."""
        for loss in self._losses:
            if hasattr(loss, "advance"):
                loss.advance()

    def state(self):
        """Return the state of each loss; None for losses without state."""
        return [loss.state() if hasattr(loss, "state") else None for loss in self._losses]

    def restore(self, state):
        """Restore a state returned by `state`."""
        for loss, known in zip(self._losses, state, strict=True):
            if known is not None:
                loss.restore(known)
