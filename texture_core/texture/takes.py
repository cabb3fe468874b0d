"""Synthesise several textures from one recording."""

from texture_core.errors import ParameterError
from texture_core.runtime.progress import counting_on
from texture_core.texture.plan import choose_for_plan, plan_texture
from texture_core.texture.synthesize import synthesize_plan


def synthesize_takes(
    samples, sample_rate, takes, *, seed=0, device="auto", threads=None, progress=None, stop=None, **options
):
    """Synthesise several textures from a recording, lazily.

    The recording is prepared once. With the preset ``auto`` the weights are also chosen once, with the first seed.

    Parameters
    ----------
    samples, sample_rate
        See `texture_core.synthesize`.
    takes : int
        Number of textures, at least 1.
    seed : int
        Seed of the first texture; take k has ``seed + k``, so each can be recreated alone.
    device, threads
        See `texture_core.synthesize`.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counting over all takes.
    stop : callable, optional
        Called after each iteration; if it returns true, the current take ends with its result so far and is the last.
    **options
        ``duration``, ``parameters``, ``loop``, ``channels`` and ``computed_rate``; see `texture_core.synthesize`.

    Returns
    -------
    iterator of numpy.ndarray
        Results of `texture_core.synthesize`.

    Raises
    ------
    AudioError, ParameterError
        See `texture_core.synthesize`; or if `takes` is below 1. Raised at once, not at the first take.
    """
    if isinstance(takes, bool) or takes != int(takes) or takes < 1:
        raise ParameterError(f"takes: expected a whole number of at least 1, found {takes!r}")
    machine = {"device": device, "threads": threads}
    plan = plan_texture(samples, sample_rate, **options)

    def make():
        chosen, _ = choose_for_plan(plan, seed=seed, **machine)
        for number in range(takes):
            counted = counting_on(progress, number * plan.iterations)
            yield synthesize_plan(chosen, seed=seed + number, progress=counted, stop=stop, **machine)
            if stop and stop():
                return

    return make()
