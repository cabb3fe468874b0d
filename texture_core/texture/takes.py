"""Several textures from one recording."""

from texture_core.errors import ParameterError
from texture_core.runtime.progress import counting_on
from texture_core.texture.plan import choose_for_plan, plan_texture
from texture_core.texture.synthesize import synthesize_plan


def synthesize_takes(
    samples, sample_rate, takes, *, seed=0, device="auto", threads=None, progress=None, stop=None, **options
):
    """Synthesise several textures from a recording of one, each when it is asked for.

    What does not depend on the seed is done once: the recording is prepared, and with the preset ``auto`` its weights
    are chosen, by the first seed.

    Parameters
    ----------
    samples, sample_rate
        As of `texture_core.synthesize`.
    takes : int
        How many, at least 1.
    seed : int
        Of the first; the others have those that follow, so that each can be made again alone.
    device, threads
        As of `texture_core.synthesize`.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration, counted over all takes.
    stop : callable, optional
        Asked after each iteration; if true, the take ends with what is there, and is the last one.
    **options
        ``duration``, ``parameters``, ``loop``, ``channels`` and ``computed_rate``, as of `texture_core.synthesize`.

    Returns
    -------
    iterator of numpy.ndarray
        Each as `texture_core.synthesize` returns it.

    Raises
    ------
    AudioError, ParameterError
        As of `texture_core.synthesize`, at once; or if there is less than one take to make.
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
