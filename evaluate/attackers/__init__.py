"""Who tries to name the people: one attacker a file, with stated knowledge.

An attacker learns in `fit` and answers in `scores`; rates and intervals are made elsewhere. It may
use recognizers, `vlm`, and what is below them. A new one gets a file and an entry point.
"""
