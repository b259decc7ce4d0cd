"""What widely used tools do to faces by default, one file a tool, and the defense that runs them.

A file holds functions `(pixels, boxes) -> Made` that do to a photo what the tool does once its own
detector has found the faces: the same outlines, kernels and rounding, in code of our own, with the
version and the source they were read from. A new one is a function and a line in `preset.py`.
Defenses of this room use what any defense uses.
"""
