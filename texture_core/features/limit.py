"""Features in the limit of infinitely many filters, in which only the kernel of their products is computed."""

from texture_core.losses.gram_limit import GramLimitLoss


class Limit:
    """Feature extractor that returns its input as the only map and has the Gram loss of infinitely many filters.

    The autocorrelation and diversity terms have no such limit and are computed on the input itself.

    Parameters
    ----------
    parameters : FeatureParameters
        Only ``kernel_widths`` and ``options.stride`` (hop of the patches in frames, 2 by default) are used.
    """

    def __init__(self, parameters):
        self._widths = parameters.kernel_widths
        self._stride = parameters.options.get("stride", 2)

    def __call__(self, view):
        """Return the rows (rows, frames) as the only map."""
        return [view]

    def gram_loss(self, feature_maps, loudness):
        """Create the Gram loss for the maps of a target and the loudness of a view; see `GramLimitLoss`."""
        (view,) = feature_maps
        loss = GramLimitLoss(view, self._widths, self._stride, loudness)
        return lambda maps: loss(maps[0])


def create(parameters, bins, seed, device="cpu", dtype=None):
    """Create the extractor ``limit``; see `Limit`. There are no random weights."""
    return Limit(parameters)
