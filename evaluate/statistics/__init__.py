"""Figures from scores: rates, intervals over people, ROC curves and questions about pairs.

Arrays go in, numbers with their intervals come out; nothing here knows photos, attackers or
defenses. It may use NumPy and SciPy alone. A new statistic gets a file of its own, and a line
below.
"""

from .intervals import (
    Estimate,
    Worst,
    bootstrap_weights,
    clustered_interval,
    paired_difference,
    worst_case,
)
from .rates import Floats, binomial_interval, chance_of, constant_bound, rank_credit
from .roc import Roc, UnresolvedError, roc, tar_at_far, threshold_at_far
from .verification import Figure, Verification, verification_figures

__all__ = [
    "Estimate",
    "Figure",
    "Floats",
    "Roc",
    "UnresolvedError",
    "Verification",
    "Worst",
    "binomial_interval",
    "bootstrap_weights",
    "chance_of",
    "clustered_interval",
    "constant_bound",
    "paired_difference",
    "rank_credit",
    "roc",
    "tar_at_far",
    "threshold_at_far",
    "verification_figures",
    "worst_case",
]
