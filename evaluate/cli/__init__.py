"""The command line: one file a command, which imports late and says user errors in one line.

It may use every other room. A new command gets a file here and a line in `main.py`; what a command
computes belongs further down, so that Python users have it too.
"""

from .main import app, main

__all__ = ["app", "main"]
