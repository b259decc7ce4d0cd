"""Finding faces, their landmarks, and the regions made from them.

It may use `photo`, the registry and `files`. A new detector gets a file and an entry point.
"""
