"""Log magnitudes, standardised in each bin, so that quiet bins count as much as loud ones."""


def create(target, floor=0.05):
    """Create the view ``standardized``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes, of which the mean and standard deviation of each bin are taken.
    floor : float
        Lower bound of the standard deviation, above 0. It keeps noise in nearly constant bins from being amplified.

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
