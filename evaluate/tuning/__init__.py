"""Search the weakest strength that is safe, and check it on people the search never saw.

The only room that knows Optuna; it may use `comparison` and what is below, not `audit` or `lab`.
A new sampler goes into `samplers.py`, a new kind of goal into `goal.py`.
"""
