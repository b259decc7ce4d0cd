"""Ask a vision-language model for names, of clean and of defended photos, beside controls.

It may use `comparison` and everything below, never `tuning` or `lab`; how a model is opened and
asked one question is `vlm`. A new kind of question goes into `asking.py`, its scoring into
`scoring.py`.
"""
