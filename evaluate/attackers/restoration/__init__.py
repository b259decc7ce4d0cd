"""Ways to undo a defense, learned from pairs of clean and defended photos."""
