"""Pictures and sound out of media files, each with its true time. The only package that decodes.

Times are presentation timestamps in seconds from the start of the media (the container's start
time, as players count), never index / rate: frame rates vary and streams start late.
Everything is a stream: memory does not grow with a clip's length. Of a stretch of a longer file,
times count from its start, and what lies before it is not decoded.
"""

from features.manifest import Info
from features.media.container import MediaError
from features.media.pictures import Frame, frames
from features.media.probing import probe
from features.media.sounds import Sound, sound

__all__ = ["Frame", "Info", "MediaError", "Sound", "frames", "probe", "sound"]
