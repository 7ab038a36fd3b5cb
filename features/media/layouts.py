"""The channel layouts of FFmpeg, as PyAV shows them."""

from __future__ import annotations

import ctypes

from av.audio.codeccontext import AudioCodecContext
from av.audio.layout import AudioLayout


def is_odd(layout: AudioLayout) -> bool:
    """Whether a layout has no name but a list of its channels: "3 channels (FC+FL+FR)"."""
    return "(" in layout.name


def kept(layout: AudioLayout) -> AudioLayout:
    """The same layout, if it is odd never to be freed.

    The list of channels of such a layout belongs to the frame or codec that it describes. PyAV
    frees it with every object that shows it, the second of which ends the process; an object that
    is leaked (some hundred bytes) frees nothing. To be called on whatever `layout` gives.
    """
    if is_odd(layout):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(layout))
    return layout


def channels_of(context: AudioCodecContext) -> int:
    """How many channels a stream has; `channels` of PyAV shows a layout, with the same end."""
    return kept(context.layout).nb_channels
