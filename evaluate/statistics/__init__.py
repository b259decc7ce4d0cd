"""Figures from scores: rates, intervals over people, ROC curves and questions about pairs.

Arrays go in, numbers with their intervals come out; nothing here knows photos, attackers or
defenses. It may use NumPy and SciPy alone. A new statistic gets a file of its own, and a line
below.
"""

from .balanced import balanced_accuracy, highest_balanced
from .clusters import TAIL, Estimate, bootstrap_weights
from .intervals import clustered_interval, means_of, paired_difference, person_interval
from .rates import (
    Floats,
    Mean,
    binomial_interval,
    chance_of,
    constant_bound,
    rank_credit,
    unequal,
)
from .roc import Roc, UnresolvedError, roc, tar_at_far, threshold_at_far
from .verification import Figure, Verification, verification_figures
from .worst import Gap, Worst, holm, worst_case, worst_gap, worst_gaps

__all__ = [
    "TAIL",
    "Estimate",
    "Figure",
    "Floats",
    "Gap",
    "Mean",
    "Roc",
    "UnresolvedError",
    "Verification",
    "Worst",
    "balanced_accuracy",
    "binomial_interval",
    "bootstrap_weights",
    "chance_of",
    "clustered_interval",
    "constant_bound",
    "highest_balanced",
    "holm",
    "means_of",
    "paired_difference",
    "person_interval",
    "rank_credit",
    "roc",
    "tar_at_far",
    "threshold_at_far",
    "unequal",
    "verification_figures",
    "worst_case",
    "worst_gap",
    "worst_gaps",
]
