"""Ask a vision-language model for names, of clean and of defended photos, beside controls.

It may use `comparison` and everything below, never `tuning` or `lab`; how a model is opened and
asked one question is `vlm`. A new kind of question is a file in `probes`, which holds what is
asked and what the answers are worth; `asking.py` shows the pictures, `figures.py` makes records.
"""
