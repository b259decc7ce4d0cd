"""What use is left of a picture: one metric a file, with direction, bounds and unit.

A metric compares clean and defended photos and returns a value a photo, or one for the set. It may
use data and what is below. A new one gets a file and an entry point.
"""
