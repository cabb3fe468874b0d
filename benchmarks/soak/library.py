"""One process that synthesises again and again, for what the library itself may keep: started by the soak."""

import os
import time

import torch

from benchmarks.soak.study import CONFIGURATION, TEXTURE
from texture_core.demo import demo_texture
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters
from texture_core.texture.synthesize import synthesize

SAMPLE_RATE = 16000
# Between two syntheses, s.
PAUSE = 20.0


def main():
    torch.set_num_threads(1)
    samples = demo_texture(TEXTURE, duration=CONFIGURATION["audio"]["duration"], sample_rate=SAMPLE_RATE)
    parameters = from_mapping(Parameters, CONFIGURATION["defaults"])
    soak, seed = os.getppid(), 0
    # Also when the soak is killed, this ends.
    while os.getppid() == soak:
        synthesize(samples, SAMPLE_RATE, seed=seed, parameters=parameters, device="cpu", threads=1)
        seed += 1
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
