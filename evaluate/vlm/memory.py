"""A model's memory of a prompt, whatever its version of transformers calls it."""

from __future__ import annotations

from typing import Any


def memory_of(output: Any) -> tuple[str, Any]:
    """Return the keyword by which a model takes its memory, and the memory of an output.

    Until transformers 5.23 both are called `past_key_values`, and `cache` from 5.24.
    """
    name = "cache" if "cache" in output else "past_key_values"
    return name, output[name]


def bytes_of(memory: Any) -> int:
    """Return how large a prompt's memory is; 0 where it does not tell."""
    layers = getattr(memory, "layers", ())
    parts = [getattr(layer, name, None) for layer in layers for name in ("keys", "values")]
    return sum(part.nbytes for part in parts if part is not None)
