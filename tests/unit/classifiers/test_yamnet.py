"""YAMNet in torch against the runtime that the official file was made for, and the score made of it."""

import numpy as np
import pytest
import torch
from scored import scores_of
from yamnet_weights import yamnet_file

from texture_core.audio.recording import prepare_audio, read_recording
from texture_core.classifiers.log_mel import HOP_LENGTH, YAMNET_HOP_FRAMES, mel_matrix, yamnet_patches
from texture_core.classifiers.yamnet import YAMNet, load_yamnet
from texture_core.demo import demo_texture, demo_texture_names
from texture_core.errors import ClassifierError
from texture_core.spectrogram.log_magnitude import periodic_hann

RECORDINGS = ("norm_rhythm_1_2_3.wav", "norm_SSE-13 Frogs.wav", "norm_CSE-50 Wind moaning.wav", "norm_Fire1.wav")


@pytest.fixture(scope="module")
def network():
    return load_yamnet(yamnet_file())


class Runtime:
    """The official file under its own runtime, 0.975 s at a time."""

    def __init__(self, path):
        interpreter = pytest.importorskip("ai_edge_litert.interpreter", reason="ai-edge-litert is not installed")
        plain = interpreter.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        self.interpreter = interpreter.Interpreter(
            str(path), num_threads=1, experimental_op_resolver_type=plain, experimental_preserve_all_tensors=True
        )
        self.interpreter.allocate_tensors()
        self.tensors = {detail["name"]: detail for detail in self.interpreter.get_tensor_details()}

    def tensor(self, name):
        detail = self.tensors[name]
        scale, zero_point = detail["quantization"]
        values = self.interpreter.get_tensor(detail["index"])
        return (values.astype(np.float64) - zero_point) * scale if scale else values

    def predict(self, samples):
        """Log-mel patches, embeddings and probabilities of all patches."""
        hop = YAMNET_HOP_FRAMES * HOP_LENGTH
        count = len(yamnet_patches(samples))
        padded = np.pad(samples, (0, 15600 + (count - 1) * hop - len(samples))).astype(np.float32)
        rows = []
        for start in range(0, count * hop, hop):
            self.interpreter.set_tensor(0, padded[start : start + 15600])
            self.interpreter.invoke()
            names = ("log_mel_spectrogram", "tower0/network/layer28/reduce_mean", "tower0/network/layer32/final_output")
            rows.append([self.tensor(name) for name in names])
        patches, embeddings, probabilities = map(np.stack, zip(*rows, strict=True))
        return patches, embeddings.reshape(count, -1), probabilities.reshape(count, -1)


@pytest.fixture(scope="module")
def runtime():
    return Runtime(yamnet_file())


def assert_as_runtime(network, runtime, samples):
    patches, embeddings, probabilities = runtime.predict(samples)
    np.testing.assert_allclose(yamnet_patches(samples), patches, atol=2e-3)
    ours = network.predict(samples)
    # The runtime rounds every activation to 8 bits and the probabilities to 1/256. Measured on the four demo textures
    # and 21 recordings: correlation of the embeddings at least 0.998; single probabilities within 0.10, on average
    # 0.0009; averaged over the patches of a recording within 0.025.
    assert np.corrcoef(ours.embeddings.ravel(), embeddings.ravel())[0, 1] > 0.997
    difference = np.abs(ours.probabilities - probabilities)
    assert difference.max() < 0.13
    assert difference.mean() < 0.0013
    assert np.abs(ours.probabilities.mean(axis=0) - probabilities.mean(axis=0)).max() < 0.035


@pytest.mark.parametrize("name", demo_texture_names())
def test_torch_agrees_with_the_runtime_on_demo_textures(network, runtime, name):
    assert_as_runtime(network, runtime, demo_texture(name, duration=3.0))


@pytest.mark.corpus
@pytest.mark.parametrize("name", RECORDINGS)
def test_torch_agrees_with_the_runtime_on_recordings(network, runtime, corpus_folder, name):
    assert_as_runtime(network, runtime, prepare_audio(*read_recording(corpus_folder / name, 4.0)))


def test_front_end_is_the_one_inside_the_official_file(runtime):
    np.testing.assert_allclose(mel_matrix().T, runtime.tensor("mel_spectrogram"), atol=1e-7)
    np.testing.assert_allclose(periodic_hann(400), runtime.tensor("stft/hann_window/sub_2"), atol=1e-6)
    np.testing.assert_allclose(runtime.tensor("add"), 0.001)


def test_parameter_count_is_the_published_one():
    network = YAMNet()
    channels = sum(layer.convolution.out_channels for layer in network.layers)
    # Published with batch normalisation apart: an offset, a mean and a variance where there is one bias here.
    assert sum(p.numel() for p in network.parameters()) + 2 * channels == 3_751_369


def test_labels_are_those_of_audioset(network):
    # Class 494 is silence; rain is 281.
    assert network.predict(np.zeros(16000)).probabilities[0].argmax() == 494
    assert network.predict(demo_texture("rain")).probabilities.mean(axis=0).argmax() in (281, 282, 283)


def test_batches_do_not_matter(network):
    samples = np.tile(demo_texture("tapping"), 5)
    patches = torch.from_numpy(yamnet_patches(samples))
    assert len(patches) > 32
    with torch.no_grad():
        one_by_one = torch.cat([network(patch[None])[1] for patch in patches]).double().sigmoid()
    np.testing.assert_allclose(network.predict(samples).probabilities, one_by_one, atol=1e-5)


def test_devices_agree(network, device):
    samples = demo_texture("rain")
    there = load_yamnet(yamnet_file(), device).predict(samples)
    np.testing.assert_allclose(there.probabilities, network.predict(samples).probabilities, atol=1e-3)


def test_score_tells_another_take_from_another_texture():
    def yamnet(synthesis):
        return scores_of(["yamnet"], demo_texture("rain"), synthesis, classifiers={"yamnet": yamnet_file()})

    assert yamnet(demo_texture("rain")) == {"yamnet_kl": 0.0}
    # Another take of rain: 0.0007; crickets instead of rain: 0.03.
    take, crickets = (yamnet(demo_texture(name, seed=1))["yamnet_kl"] for name in ("rain", "crickets"))
    assert take < 0.002
    assert crickets > 10 * take


@pytest.mark.parametrize(
    ("classifiers", "reason"),
    [
        ({}, "classifiers.yamnet: no file was given"),
        ({"yamnet": "/nowhere/yamnet.tflite"}, "there is no such file"),
        ({"yamnet": ClassifierError("no network")}, "no network"),
    ],
)
def test_other_scores_are_computed_without_the_classifier(classifiers, reason):
    sides = demo_texture("rain"), demo_texture("rain", seed=1)
    missing = {}
    scores = scores_of(["yamnet", "diversity"], *sides, missing=missing, classifiers=classifiers)
    assert set(scores) == {"diversity", "diversity_shift", "diversity_spectrogram"}
    assert list(missing) == ["yamnet"]
    assert reason in missing["yamnet"]
    with pytest.raises(ClassifierError, match=reason):
        scores_of(["yamnet"], *sides, classifiers=classifiers)


def test_damaged_weights_are_refused(tmp_path):
    content = bytearray(yamnet_file().read_bytes())
    content[2_000_000] ^= 1
    damaged = tmp_path / "yamnet.tflite"
    damaged.write_bytes(content)
    with pytest.raises(ClassifierError, match=r"yamnet\.tflite: SHA-256 is [0-9a-f]{64}, expected 10c95ea3"):
        load_yamnet(damaged)
    damaged.write_bytes(content[:1000])
    with pytest.raises(ClassifierError, match=r"yamnet\.tflite: 1000 bytes, expected 4126810"):
        load_yamnet(damaged)
