"""Each bin less its mean, over its standard deviation: quiet bins count as much as loud ones."""


def create(target, floor=0.05):
    """Build the view that a configuration names ``standardized``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames): mean and deviation of each bin are its.
    floor : float
        The least standard deviation to divide by, of log magnitudes; above 0. Without it, bins that hardly change
        would be nothing but noise.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to values of the same shape.
    """
    mean = target.mean(dim=1, keepdim=True)
    deviation = target.std(dim=1, keepdim=True, correction=0).clamp_min(floor)

    def standardize(log_magnitude):
        return (log_magnitude - mean) / deviation

    return standardize
