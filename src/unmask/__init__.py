"""Compare face anonymizers by attacking them."""

__version__ = "0.1.0"
