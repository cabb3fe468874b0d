"""What the tests of figures draw, and how they look at it."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from PIL import Image

from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram, Synthesis
from texture_core.report.spectrogram_image import _COLOR_LEVELS, color_map

NASTY = '<script>alert("1")</script> & $x_1^2 \\frac$ \x00\n' + "very_long_name-" * 20


def spectrogram(frames=300, *, level=1.0, seed=0):
    generator = np.random.default_rng(seed)
    values = level * np.abs(generator.standard_normal((257, frames))).astype(np.float32)
    return Spectrogram(values, 16000, 512, 64)


def synthesis(iterations=300, *, alpha=10.0, beta=1e-3, end=100):
    loss = np.full((iterations + 1, len(LOSS_COLUMNS)), np.nan)
    column = {name: loss[:, number] for number, name in enumerate(LOSS_COLUMNS)}
    steps = np.arange(iterations + 1.0)
    column["gram"][:] = 0.5 / (1 + steps) ** 1.5
    if alpha:
        column["autocorrelation"][:] = 0.2 / (1 + steps)
    if beta:
        column["diversity"][: end + 1] = 3.0
    column["total"][:] = column["gram"] + np.nan_to_num(alpha * column["autocorrelation"] + 0 * steps)
    column["total"][:] += np.nan_to_num(beta * column["diversity"])
    column["evaluations"][:] = steps
    column["seconds"][:] = steps / 10
    return Synthesis(spectrogram(20), loss, {"parameters": {"alpha": alpha, "beta": beta}})


def texts(path):
    tags = ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(tag.itertext()) for tag in tags]


def embedded_images(path):
    data = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", path.read_text(encoding="utf-8"))
    return [Image.open(io.BytesIO(base64.b64decode(item))) for item in data]


def color_levels(image):
    """The level of each pixel, found by its colour."""
    palette = color_map()(np.arange(_COLOR_LEVELS), bytes=True)[:, :3].astype(int)
    pixels = np.asarray(image.convert("RGB")).astype(int)
    colors, inverse = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    distances = np.abs(colors[:, None] - palette[None]).sum(axis=2)
    assert distances.min(axis=1).max() == 0
    return distances.argmin(axis=1)[inverse].reshape(pixels.shape[:2])
