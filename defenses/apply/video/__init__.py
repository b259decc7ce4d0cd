"""Anonymize videos: faces are followed, and each is replaced by one still picture of itself.

`cast.py` knows who is seen when, `read.py` and `write.py` the files; a new format goes there. It
may use what `apply` may; PyAV (extra `video`) is imported when a file is opened.
"""

from .anonymize import Gaps, VideoMade, anonymize_video, unreadable
from .frames import anonymize_frames
from .options import VIDEOS, VideoOptions

__all__ = [
    "VIDEOS",
    "Gaps",
    "VideoMade",
    "VideoOptions",
    "anonymize_frames",
    "anonymize_video",
    "unreadable",
]
