"""Train a small vision-language model in stages, to see at which of them names enter.

It may use `comparison` and everything below, never `tuning` or `audit`. What is trained is in
`recipe.py` and `stages.py`, which models are compared in `cells.py`.
"""
