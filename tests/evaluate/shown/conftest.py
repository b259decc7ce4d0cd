"""Records as a run leaves them: made up, with everything that a reader may have to see."""

import pytest

from unmask.evaluate.results.records import Record

SPECS = {
    "none": {},
    "gaussian_blur:sigma=0.0310723": {"sigma": 0.0310723},
    "gaussian_blur:sigma=0.0310811": {"sigma": 0.0310811},
    "gaussian_blur:sigma=0.356": {"sigma": 0.356},
    "mask:margin=0.333333,fill=black": {"margin": 0.333333, "fill": "black"},
    "folder:path=/home/jo/a,label=mytool,stamp=x1": {"path": "/home/jo/a", "label": "mytool"},
    "folder:path=/home/jo/b,label=mytool,stamp=x2": {"path": "/home/jo/b", "label": "mytool"},
    "folder:path=/home/jo/c,label=[red]x[/y],stamp=x3": {"path": "/c", "label": "[red]x[/y]"},
}


@pytest.fixture
def made() -> list[Record]:
    """Eight defenses with figures that are all different."""
    found: list[Record] = []
    for number, (spec, params) in enumerate(SPECS.items()):
        found += _defense(spec, dict(params), number)
    first, second = list(SPECS)[:2]
    found.append(_record(first, {}, "difference", second, "rank1", 0.3, low=0.1, high=0.5,
                         p=0.002))  # fmt: skip
    return found


def _record(
    spec: str, params: dict[str, object], kind: str, name: str, statistic: str,
    value: float | None, **more: object,
) -> Record:  # fmt: skip
    given = {"n": 100, "people": 20, **more}
    return Record("folder:set", "s", "quick", spec, params, kind, name, statistic,  # type: ignore[arg-type]
                  value=value, **given)  # type: ignore[arg-type]  # fmt: skip


def _defense(spec: str, params: dict[str, object], number: int) -> list[Record]:
    leak = 0.9876 - number / 10
    ends = {"low": leak - 0.0811, "high": min(leak + 0.0734, 1.0)}
    attacker = ("retrained/embeddings", "retrained/outside", "naive")[number % 3]
    model = "" if attacker == "retrained/outside" else "dlib"

    def one(kind: str, name: str, statistic: str, value: float | None, **more: object) -> Record:
        return _record(spec, params, kind, name, statistic, value, **more)

    pair = 0.6123 + number / 50
    return [
        one("leakage", "worst", "rank1", leak, **ends, chance=0.05, recognizer=model,
            attack=attacker, ceiling=0.99),
        one("leakage", "naive", "rank1", leak / 3, low=0.0, high=0.5, recognizer="dlib"),
        one("leakage", "naive", "auc", 0.99, low=0.9, high=1.0, recognizer="dlib"),
        one("leakage", "linkage", "auc", pair, low=pair - 0.1, high=pair + 0.1, chance=0.5,
            recognizer="dlib"),
        one("leakage", "linkage", "d_sys", 0.2781, low=0.15, high=0.4, chance=0.1113,
            recognizer="dlib"),
        one("leakage", "gait", "d_sys", 0.3999, low=0.2, high=0.5, chance=0.12),
        one("leakage", "broken", "d_sys", 0.99, low=0.9, high=1.0, status="invalid"),
        one("leakage", "linkage", "eer", 0.2345, low=0.1, high=0.3, recognizer="dlib"),
        one("leakage", "linkage", "tar@far=1e-2", 0.3456, low=0.1, high=0.5, recognizer="dlib"),
        one("leakage", "linkage", "tar@far=1e-3", None, status="unavailable", recognizer="dlib",
            reason="FAR 0.001 needs more pairs"),
        one("leakage", "gait", "auc", 0.5511, low=0.5, high=0.6),
        one("leakage", "broken", "auc", 0.9999, low=0.9, high=1.0, status="invalid",
            reason="constant: AUC 0.9"),
        one("utility", "ssim", "mean", 0.3111 + number / 20, low=0.3, high=0.4),
        one("utility", "face_found", "mean", 0.1222 + number / 20, low=0.1, high=0.2),
        one("utility", "landmark_error", "mean", 0.0333 + number / 20, low=0.0, high=0.1),
        one("utility", "lpips", "mean", None, status="unavailable", reason="no weights"),
        one("outcome", "defended", "share", 1.0),
        one("leakage", "worst", "rank1", leak - 0.03, low=0.1, high=0.9, chance=0.05, people=12,
            group="sex=f", attack=attacker),
        one("leakage", "worst", "rank1", leak + 0.0077, low=0.2, high=1.0, chance=0.05, people=8,
            group="sex=m", attack=attacker, reason="the worst group"),
    ]  # fmt: skip
