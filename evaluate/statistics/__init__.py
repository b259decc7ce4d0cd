"""Figures from scores: rates, intervals over people, ROC curves and questions about pairs.

Arrays go in, numbers with their intervals come out; nothing here knows photos, attackers or
defenses. It may use NumPy and SciPy alone. A new statistic gets a file of its own, and a line
below.
"""

from .albums import SIZES, album_answers, album_credits, album_name
from .balanced import balanced_accuracy, highest_balanced
from .cells import blocks
from .clusters import TAIL, Estimate, bootstrap_weights
from .exposed import always_named, exposed_by_lot, exposed_tenth
from .folds import FoldAccuracy, fold_accuracy, pair_interval
from .intervals import clustered_interval, means_of, paired_difference, person_interval
from .lineups import lineup_credits, lineup_sizes
from .open_set import RATES, open_credits, open_name
from .pair_auc import Pairs, auc_difference, pair_auc
from .rates import (
    Floats,
    Mean,
    chance_of,
    constant_bound,
    effective,
    mean_of,
    rank_credit,
    shares_of,
    unequal,
)
from .ratios import ratio_difference, ratio_interval
from .roc import Roc, UnresolvedError, roc, tar_at_far, threshold_at_far
from .unlinkability import chance_linkability, d_sys, linkability, unlinkability
from .verification import Figure, Verification, verification_figures
from .worst import Gap, Worst, holm, worst_case, worst_gap, worst_gaps

__all__ = [
    "RATES",
    "SIZES",
    "TAIL",
    "Estimate",
    "Figure",
    "Floats",
    "FoldAccuracy",
    "Gap",
    "Mean",
    "Pairs",
    "Roc",
    "UnresolvedError",
    "Verification",
    "Worst",
    "album_answers",
    "album_credits",
    "album_name",
    "always_named",
    "auc_difference",
    "balanced_accuracy",
    "blocks",
    "bootstrap_weights",
    "chance_linkability",
    "chance_of",
    "clustered_interval",
    "constant_bound",
    "d_sys",
    "effective",
    "exposed_by_lot",
    "exposed_tenth",
    "fold_accuracy",
    "highest_balanced",
    "holm",
    "lineup_credits",
    "lineup_sizes",
    "linkability",
    "mean_of",
    "means_of",
    "open_credits",
    "open_name",
    "pair_auc",
    "pair_interval",
    "paired_difference",
    "person_interval",
    "rank_credit",
    "ratio_difference",
    "ratio_interval",
    "roc",
    "shares_of",
    "tar_at_far",
    "threshold_at_far",
    "unequal",
    "unlinkability",
    "verification_figures",
    "worst_case",
    "worst_gap",
    "worst_gaps",
]
