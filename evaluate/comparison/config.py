"""Everything that decides the figures of a run, in words and as a key."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from ..data.scene import Scene
from .plan import Plan

PACKAGES = ("unmask", "numpy", "scipy", "scikit-learn", "scikit-image", "torch", "opencv-python")


def describe(scene: Scene, defenses: Sequence[str], plan: Plan) -> dict[str, Any]:
    """Return everything that decides the figures, for `config.json`."""
    return {
        "dataset": scene.dataset,
        "split": scene.split.as_dict(),
        "split_hash": scene.split.hash,
        "notes": list(scene.notes),
        "details": list(scene.details),
        "defenses": list(defenses),
        "plan": plan.as_dict(),
        "recognizers": {r.label: r.fingerprint for r in plan.build_recognizers()},
        **_models(plan),
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
    }


def _models(plan: Plan) -> dict[str, Any]:
    """Return what marks the models of attackers that bring their own."""
    built = zip(plan.attackers, plan.build_attackers(), strict=True)
    marks = {spec: attacker.fingerprint for spec, attacker in built if attacker.fingerprint}
    return {"attackers": marks} if marks else {}


def measurement_key(scene: Scene, plan: Plan, spec: str) -> bytes:
    """Return the cache key of a measurement: who, with what, on which photos."""
    settings = json.dumps(describe(scene, [spec], plan)).encode()
    return hashlib.sha256(settings + _content(scene)).digest()


@lru_cache(maxsize=16)
def _content(scene: Scene) -> bytes:
    whole = hashlib.sha256()
    for photo in (*scene.gallery, *scene.probes, *scene.background):
        whole.update(photo.key.encode() + photo.pixels.tobytes())
    return whole.digest()
