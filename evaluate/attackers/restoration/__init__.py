"""Ways of undoing a defense, learned from pairs of clean and defended background photos.

They serve the attacker `restored`. A new way gets a file and a line in its table of variants.
"""
