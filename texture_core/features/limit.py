"""The limit of infinitely many filters: no feature maps at all, but the kernel that their products tend to."""

from texture_core.losses.gram_limit import GramLimitLoss


class Limit:
    """An extractor whose feature maps are the rows that it is given, and whose Gram loss is that of the limit.

    The autocorrelation and the diversity term, which have no such limit, see the rows themselves.

    Parameters
    ----------
    parameters : FeatureParameters
        Of these the kernel widths, and ``options.stride``: patches are taken at every so many frames, 2 by default.
    """

    def __init__(self, parameters):
        self._widths = parameters.kernel_widths
        self._stride = parameters.options.get("stride", 2)

    def __call__(self, view):
        """The rows (rows, frames) as the only map."""
        return [view]

    def gram_loss(self, feature_maps, loudness):
        """The Gram loss towards the maps of a target, for a view of some loudness; see `GramLimitLoss`."""
        (view,) = feature_maps
        loss = GramLimitLoss(view, self._widths, self._stride, loudness)
        return lambda maps: loss(maps[0])


def create(parameters, bins, seed, device="cpu", dtype=None):
    """Build the extractor that a configuration names ``limit``; see `Limit`. There are no weights to draw."""
    return Limit(parameters)
