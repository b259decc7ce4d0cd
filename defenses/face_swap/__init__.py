"""A new face by diffusion: the built-in model, or any pipeline of diffusers.

`face_swap.py` is the defense; the rest serves it. It may use `faces`, `files` and the base of all
defenses.
"""
