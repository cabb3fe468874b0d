"""The package as a whole: its public names, what importing costs, its registries, seeds and devices."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import texture_core
from texture_core import registry
from texture_core.errors import ParameterError
from texture_core.runtime.devices import gpu_present, resolve_device
from texture_core.runtime.randomness import derive_seed, numpy_generator, torch_generator


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=os.environ)
    return done.stdout.strip()


def test_every_public_name_is_there():
    for name in texture_core.__all__:
        assert name == "__version__" or callable(getattr(texture_core, name))
    assert set(texture_core.__all__) <= set(dir(texture_core))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = texture_core.nothing


def test_what_needs_no_torch_does_not_import_it():
    modules = (
        "audio.recording, demo, errors, parameters.method, parameters.presets, records.spectrogram_files, registry, "
        "runtime.devices, runtime.progress, runtime.randomness, spectrogram.log_magnitude"
    )
    imports = "; ".join(f"import texture_core.{module}" for module in modules.split(", "))
    code = f"import sys; {imports}; print('torch' in sys.modules)"
    assert run_python(code) == "False"


def test_the_library_knows_nothing_of_the_workflow():
    for path in Path(texture_core.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import snakemake" not in text, path
        assert "from snakemake" not in text, path
        assert "import workflow" not in text, path
        assert "from workflow" not in text, path


# --- registry ---


@pytest.mark.parametrize("kind", registry.FUNCTIONS)
def test_unknown_names_list_the_known_ones(kind):
    known = registry.names(kind)
    assert known == sorted(known)
    assert "__init__" not in known
    for name in ("nothing", "../audio", "__init__", "", None, 3, ["ensemble"]):
        with pytest.raises(ParameterError, match=f"^{kind}: there is no .*; known: {', '.join(known)}$"):
            registry.load(kind, name)


# --- seeds ---


def test_derived_seeds_are_fixed_and_apart():
    # The first 8 bytes of a SHA-256 sum, halved. The value is part of what makes results
    # reproducible from one version to the next.
    assert derive_seed(0, "rain", "full", "start") == 4378630334000487187
    labels = [(0,), (1,), (0, 1), (0, 11), (0, 1, 1), (-1,), (2**80,)]
    labels += [(0, "a"), (0, "a", "b"), (0, "b", "a"), (0, "ab"), (0, "a", ""), (0, "", "a")]
    seeds = {derive_seed(*own) for own in labels}
    assert len(seeds) == 13
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_repeat_themselves_and_touch_nothing_global():
    torch_state = torch.get_rng_state()
    first = torch.rand(5, generator=torch_generator(3, "a"))
    assert torch.equal(first, torch.rand(5, generator=torch_generator(3, "a")))
    assert not torch.equal(first, torch.rand(5, generator=torch_generator(3, "b")))
    values = numpy_generator(3, "a").random(5)
    assert np.array_equal(values, numpy_generator(3, "a").random(5))
    assert not np.array_equal(values, numpy_generator(4, "a").random(5))
    assert torch.equal(torch.get_rng_state(), torch_state)


# --- devices ---


def test_devices():
    assert resolve_device("cpu") == "cpu"
    assert resolve_device() == resolve_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    if torch.cuda.is_available():
        assert resolve_device("cuda") == "cuda"
        assert gpu_present()
    else:
        with pytest.raises(ParameterError, match=r"device: cuda was requested.*set device: auto"):
            resolve_device("cuda")


@pytest.mark.parametrize("name", ["gpu", "CUDA", "", None, 0, "cuda:0"])
def test_other_devices(name):
    with pytest.raises(ParameterError, match="device: expected auto, cpu or cuda, found"):
        resolve_device(name)
