"""Attackers, utility metrics, statistics, and the comparison that uses them."""

if __name__ == "evaluate":
    raise ImportError("import unmask.evaluate; the checkout's root must not be on sys.path")

from typing import TYPE_CHECKING

from unmask.doors import door

if TYPE_CHECKING:
    from .attackers.base import Attacker, Defend, Scores
    from .comparison.found import Comparison
    from .comparison.plan import ATTACKERS, METRICS, RECOGNIZERS, Plan, default_defenses
    from .comparison.run import compare
    from .data import DATASETS, Dataset, load_dataset
    from .data.scene import Scene, prepare, prepare_folds
    from .finished import read
    from .metrics.base import Metric, Unavailable
    from .recognizers.base import Recognizer
    from .report.page import write_report
    from .results.ranks import ranks
    from .results.records import Record, read_records
    from .results.summary import Row, rows
    from .statistics import Verification
    from .tuning.every import tune_all
    from .tuning.goal import Goal
    from .tuning.iso import Iso
    from .tuning.result import Tuned
    from .tuning.run import tune

_HOMES = {
    "attackers.base": ("Attacker", "Defend", "Scores"),
    "comparison.found": ("Comparison",),
    "comparison.run": ("compare",),
    "data": ("DATASETS", "Dataset", "load_dataset"),
    "finished": ("read",),
    "metrics.base": ("Metric", "Unavailable"),
    "results.ranks": ("ranks",),
    "comparison.plan": ("ATTACKERS", "METRICS", "RECOGNIZERS", "Plan", "default_defenses"),
    "recognizers.base": ("Recognizer",),
    "results.records": ("Record", "read_records"),
    "report.page": ("write_report",),
    "data.scene": ("Scene", "prepare", "prepare_folds"),
    "results.summary": ("Row", "rows"),
    "statistics": ("Verification",),
    "tuning.every": ("tune_all",),
    "tuning.goal": ("Goal",),
    "tuning.iso": ("Iso",),
    "tuning.result": ("Tuned",),
    "tuning.run": ("tune",),
}
__getattr__ = door(__name__, _HOMES)

__all__ = [
    "ATTACKERS",
    "DATASETS",
    "METRICS",
    "RECOGNIZERS",
    "Attacker",
    "Comparison",
    "Dataset",
    "Defend",
    "Goal",
    "Iso",
    "Metric",
    "Plan",
    "Recognizer",
    "Record",
    "Row",
    "Scene",
    "Scores",
    "Tuned",
    "Unavailable",
    "Verification",
    "compare",
    "default_defenses",
    "load_dataset",
    "prepare",
    "prepare_folds",
    "ranks",
    "read",
    "read_records",
    "rows",
    "tune",
    "tune_all",
    "write_report",
]
