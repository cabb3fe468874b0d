"""Mark a WAV file as a loop for samplers and game engines."""

import os
import struct

_MIDDLE_C = 60
_FORWARD = 0
_ENDLESS = 0


def write_loop_points(path, length, sample_rate):
    """Append a ``smpl`` chunk with one forward loop over the whole sound to a WAV file.

    Parameters
    ----------
    path : path
        A WAV file (RIFF) without such a chunk.
    length : int
        Samples per channel.
    sample_rate : int
        Hz.

    Notes
    -----
    Layout: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), with the additions
    of 1994. The end of a loop is its last sample, which is played.
    """
    # Manufacturer, product, sample period in ns, MIDI note and its fraction, SMPTE format and offset, loops, own data.
    head = struct.pack("<9I", 0, 0, round(1e9 / sample_rate), _MIDDLE_C, 0, 0, 0, 1, 0)
    # Identifier, kind, first and last sample, fraction, repetitions.
    loop = struct.pack("<6I", 0, _FORWARD, 0, length - 1, 0, _ENDLESS)
    chunk = head + loop
    with open(path, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        # Chunks begin at even positions.
        file.write(b"\0" * (end % 2) + b"smpl" + struct.pack("<I", len(chunk)) + chunk)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
