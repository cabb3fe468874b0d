"""Dependencies of jobs besides their files: parameters as plain values, and digests of their code.

Snakemake reruns a job when the printed form of such a value changes. So mappings are sorted, equal numbers print alike,
and values contain only what can change the result of the job.
"""

from collections.abc import Mapping
from functools import cache
from operator import attrgetter
from pathlib import PurePath

from planning.code_digest import CodeDigests
from planning.settings import PLUGINS
from texture_core import registry
from texture_core.methods.task import (
    WAVEFORM_MODULE,
    ends_with_samples,
    looks_at,
    needs_samples,
    scored_against_first_half,
    used_parameters,
    uses_gpu,
)
from texture_core.parameters.mapping import to_mapping
from texture_core.parameters.presets import between_parameters
from texture_core.tuning.choice import candidate_parameters, needs_choice


class Jobs:
    """Parameters and code digests of the jobs of one configuration.

    Parameters
    ----------
    configuration : Configuration
    checkout : path
        The folder that holds ``texture_core`` and ``workflow``.

    Attributes
    ----------
    texture_scores, collection_scores : tuple of str
        The scores of one synthesis, and those of all syntheses of a setting together.
    """

    def __init__(self, configuration, checkout):
        self._configuration = configuration
        self._digests = CodeDigests(checkout)
        self.synthesis = cache(self._synthesis)
        self.choice = cache(self._choice)
        self.inversion = cache(self._inversion)
        self.sound = cache(self._sound)
        self.morph = cache(self._morph)
        self.choice_for_sounds = cache(self._choice_for_sounds)
        self.scores = cache(self._scores)
        # Called for every job, and slow, because they read the source of plug-ins.
        self.code = cache(self._code)
        self.needs_samples = cache(self._needs_samples)
        self.feature_weights = cache(self._feature_weights)
        self._suffixes = {texture.name: PurePath(texture.file).suffix for texture in configuration.textures}
        of_collections = registry.names("scores", defining="compute_collection")
        scores = configuration.scores
        self.collection_scores = tuple(name for name in scores if name in of_collections)
        self.texture_scores = tuple(name for name in scores if name not in of_collections)

    def _code(self, script, setting=None, exhibit=None):
        """Compute the digest of a script's code, including the plug-ins that a setting and the scores name.

        Parameters
        ----------
        script : str
        setting, exhibit : str, optional
            The setting or exhibit that the job is for.
        """
        plugins = []
        if script in ("synthesize", "synthesize_chosen", "choose", "invert", "sound", "choose_for_sounds"):
            plugins = _plugins_of_method(script, self._configuration.settings[setting])
        elif script == "morph":
            own = self._configuration.settings[setting]
            stages = ("sound", "choose_for_sounds") if needs_choice(own) else ("sound",)
            plugins = [
                plugin
                # A morph at position 0 or 1 is a texture of one recording alone.
                for parameters in (own, between_parameters(own))
                for stage in stages
                for plugin in _plugins_of_method(stage, parameters)
            ]
        elif script == "exhibit":
            plugins = [registry.module_name("exhibits", exhibit)]
            if "syntheses" in self.exhibit_needs(exhibit):
                # It may recover their samples.
                algorithms = {parameters.inversion.algorithm for parameters in self._configuration.of_study.values()}
                plugins += [registry.module_name("phase", name) for name in algorithms]
        elif script in ("score", "score_sound", "collection_score"):
            names = self.collection_scores if script == "collection_score" else self.texture_scores
            plugins = [registry.module_name("scores", name) for name in names]
        return self._digests.digest(script, plugins)

    def audio(self):
        """Return the parameters of the preparation of recordings."""
        return plain(to_mapping(self._configuration.audio))

    def spectrogram(self):
        """Return the parameters of spectrograms."""
        return plain(to_mapping(self._configuration.spectrogram))

    def corpus(self):
        """Return the parameters of the corpus check."""
        configuration = self._configuration
        keeping = [setting for setting, output in configuration.outputs.items() if output.channels == "keep"]
        return plain(
            {
                "bad_textures": configuration.bad_textures,
                "left_out": [{"texture": texture.name, "reason": reason} for texture, reason in configuration.left_out],
                "minimum_reason": configuration.minimum_reason,
                "minimum_seconds": configuration.minimum_seconds,
                "textures": [texture.to_mapping() for texture in configuration.textures],
                **({"keeping_channels": keeping} if keeping else {}),
            }
        )

    def needs_choice(self, setting):
        """Return whether the weights of a setting are chosen for each texture."""
        return needs_choice(self._configuration.settings[setting])

    def _synthesis(self, setting):
        """Return the parameters of a synthesis, without weights that are to be chosen."""
        parameters = self._configuration.settings[setting]
        mapping = used_parameters(parameters)
        return plain(_without(mapping, "alpha", "beta", "auto") if needs_choice(parameters) else mapping)

    def _choice(self, setting):
        """Return the parameters of the choice of a setting's weights."""
        parameters = candidate_parameters(self._configuration.settings[setting])
        # Includes default values, which digests do not cover.
        mapping = to_mapping(parameters) | {"auto": to_mapping(parameters.auto)}
        return plain(_without(mapping, "alpha", "beta"))

    def _sound(self, setting):
        """Return the parameters of the sounds of a setting, without those that name their files."""
        parameters, output = self._configuration.settings[setting], self._configuration.outputs[setting]
        mapping = _without(to_mapping(parameters), "preset")
        if needs_choice(parameters):
            mapping = _without(mapping, "alpha", "beta", "auto")
        return plain({"method": mapping, "output": _without(to_mapping(output), "takes", "format")})

    def _morph(self, setting):
        """Return the parameters of the morphs of a setting, which choose their weights themselves."""
        output = to_mapping(self._configuration.outputs[setting])
        used = {key: output[key] for key in ("duration", "loop", "encoding")}
        return plain({"method": to_mapping(self._configuration.settings[setting]), "output": used})

    def _choice_for_sounds(self, setting):
        """Return the parameters of the choice of weights of a setting that makes sounds."""
        output = to_mapping(self._configuration.outputs[setting])
        looked_at = {key: output[key] for key in ("duration", "loop", "channels", "computed_rate")}
        return plain({"method": to_mapping(self._configuration.settings[setting]), "output": looked_at})

    def sound_format(self, setting, texture):
        """Return the file name extension, without its dot, of what a setting makes of a texture."""
        return self._configuration.outputs[setting].format_for(self._suffixes[texture])

    def study(self):
        """Return the parameters of exhibits."""
        configuration = self._configuration
        settings = {name: to_mapping(parameters) for name, parameters in configuration.of_study.items()}
        described = self.described()
        # A list, because the order counts, as that of the textures.
        return {
            "settings": [[name, plain(mapping)] for name, mapping in settings.items()],
            "textures": {texture.name: described[texture.name] for texture in configuration.textures},
            "seed": configuration.seed,
        }

    def described(self, title=True):
        """Return what is said of each texture beside its scores: its classes, and its title if that is shown."""
        keys = ("also_class", "class", *(["title"] if title else []))
        return {
            texture.name: {key: texture.to_mapping()[key] for key in keys}
            for texture in sorted(self._configuration.textures, key=attrgetter("name"))
        }

    def classes(self):
        """Return the classes that each texture counts in."""
        both = self._configuration.count_in_both_classes
        return {
            texture.name: [name for name in (texture.class_name, texture.also_class if both else "") if name]
            for texture in sorted(self._configuration.textures, key=attrgetter("name"))
        }

    def classifiers(self, scores):
        """Return the sorted classifiers whose files the scores need."""
        return sorted({name for score in scores for name in registry.constant("scores", score, "CLASSIFIERS", ())})

    def exhibit_needs(self, exhibit):
        """Return the kinds of files that an exhibit reads."""
        return registry.constant("exhibits", exhibit, "NEEDS", ())

    def exhibit_description(self, exhibit):
        """Return a description of an exhibit: the first line of its module."""
        return registry.summary("exhibits", exhibit)

    def _needs_samples(self, setting):
        """Return whether the synthesis of a setting uses the recording's samples."""
        return needs_samples(self._configuration.settings[setting].method)

    def uses_gpu(self, setting):
        """Return whether the synthesis of a setting can compute on a GPU."""
        return uses_gpu(self._configuration.settings[setting].method)

    def scored_against_first_half(self, setting):
        """Return whether the results of a setting are scored against only the first half of each recording."""
        return scored_against_first_half(self._configuration.settings[setting].method)

    def _feature_weights(self, setting):
        """Return the file of a trained network that a setting uses, in a list; empty if there is none."""
        parameters = self._configuration.settings[setting]
        weights = parameters.features.options.get("weights")
        return [weights] if isinstance(weights, str) and looks_at(parameters.method, "features") else []

    def _inversion(self, setting):
        return plain(to_mapping(self._configuration.settings[setting].inversion))

    def _scores(self, setting):
        lags = to_mapping(self._configuration.settings[setting].autocorrelation)
        return plain({"names": self.texture_scores, "autocorrelation": lags})


def _plugins_of_method(script, parameters):
    """Return the modules that the parameters of the method name for the job of a script."""
    plugins, kinds = [], ["phase"]
    if script.startswith("choose"):
        parameters = candidate_parameters(parameters)
        plugins += [registry.module_name("scores", name) for name in ("autocorrelation", "diversity")]
        plugins.append(registry.module_name("phase", parameters.inversion.algorithm))
        if parameters.features.type == "limit":
            # The candidates are scored with finite networks.
            plugins.append(registry.module_name("features", "ensemble"))
    if script != "invert":
        method = parameters.method
        kinds = ["methods", *(kind for kind in ("features", "optimizers") if looks_at(method, PLUGINS[kind]))]
        if ends_with_samples(parameters):
            plugins.append(WAVEFORM_MODULE)
        if looks_at(method, "features"):
            plugins += [registry.module_name("views", view.type) for view in parameters.features.views]
        if looks_at(method, "losses"):
            plugins += [registry.module_name("losses", name) for name in parameters.losses]
        if script == "sound":
            kinds = [*kinds, "phase"]
    return plugins + [registry.module_name(kind, attrgetter(PLUGINS[kind])(parameters)) for kind in kinds]


def _without(mapping, *keys):
    return {key: value for key, value in mapping.items() if key not in keys}


def plain(value):
    """Convert to sorted mappings, lists and integers if possible, so that equal values have the same printed form."""
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
