"""The command line. Every command lives in a file of its own and imports late."""

from .main import app, main

__all__ = ["app", "main"]
