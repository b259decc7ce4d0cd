"""Anonymizers that run as programs of their own, called as a text file says.

A TOML file is read by `tool.py`, called by `call.py`, and `command.py` makes a defense of both. It
uses everything below, and nothing here knows of a certain program: recipes are in
docs/other-tools.md.
"""
