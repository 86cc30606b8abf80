"""Sound in: what a recording is, its samples on one honest clock, and clips a browser can play.

FFmpeg (through PyAV) only ever runs in a child process with limits, on a local regular file that is
handed over as a Python file object, with the demuxer chosen from the content: no address, playlist
or ``concat:`` list can be opened, and a native crash costs one file.
"""

from pipeline.audio.api import cut_clip, decode, probe, rendition
from pipeline.audio.values import DEFAULT, RATE, Decoded, Limits, Probe

__all__ = ["DEFAULT", "RATE", "Decoded", "Limits", "Probe", "cut_clip", "decode", "probe", "rendition"]
