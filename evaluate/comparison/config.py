"""Everything that decides the figures of a run, in words and as a key."""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES, Registry
from unmask.defenses.faces.find import fingerprint_of
from unmask.defenses.files.code_digest import (
    code_digest,
    distribution_name,
    edited,
    file_digest,
    folder_digest,
)
from unmask.device import mark

from ..data.scene import Scene
from ..metrics.base import Metric
from .content import content_of, content_of_photos
from .guests import codes_of
from .licences import licences_of
from .plan import ATTACKERS, METRICS, RECOGNIZERS, Plan
from .versions import versions

_MODEL = ("config.json", "model_index.json", "adapter_config.json")  # a folder with one is a model


def describe(scene: Scene, defenses: Sequence[str], plan: Plan) -> dict[str, Any]:
    """Return everything that decides the figures, for `config.json`."""
    return {
        "dataset": scene.dataset,
        "split": scene.split.as_dict(),
        "split_hash": scene.split.hash,
        **({"folds": [fold.as_dict() for fold in scene.split.folds]} if scene.split.folds else {}),
        "notes": list(scene.notes),
        "details": list(scene.details),
        **_pairs(scene),
        "defenses": list(defenses),
        "plan": plan.as_dict(),
        **about(plan),
        **made_with(scene, defenses, plan),
    }


def about(plan: Plan) -> dict[str, Any]:
    """Return what a reader wants to know beside what decides the figures.

    Returns:
        `metrics` (which way each is better, its unit, what it is), `weights` with their licences
        and `who` attacks.
    """
    return {
        "metrics": {metric.name: _read_as(metric) for metric in plan.build_metrics()},
        "weights": licences_of(plan),
        "who": {one.name: _first_line(one) for one in plan.build_attackers()},
    }


def _read_as(metric: Metric) -> dict[str, Any]:
    better = "more" if metric.higher_is == "better" else "less"
    return {"better": better, "unit": metric.unit, "says": _first_line(metric)}


def _pairs(scene: Scene) -> dict[str, Any]:
    """Return what marks the list of pairs and its photos, if there is one."""
    if scene.pairs is None:
        return {}
    photos = content_of_photos(scene.pairs.photos)
    return {"pairs": {"list": scene.pairs.digest, "name": scene.pairs.name, "photos": photos,
                      "notes": list(scene.pairs.notes)}}  # fmt: skip


def _first_line(built: object) -> str:
    """Return what a class says of itself in one line."""
    return (type(built).__doc__ or "").strip().partition("\n")[0]


def made_with(scene: Scene, defenses: Sequence[str], *plans: Plan) -> dict[str, Any]:
    """Return what decides the figures beside the settings: digests and versions, short.

    Returns:
        `photos`: content, people, roles and faces; `code`: of `unmask`, of each plug-in at work
        and of each class of the user, by name; `files`: models and tables that a parameter
        names; `faces`: detector and landmarks; `recognizers` and, where they bring models,
        `attackers`; the `device` of networks; `versions` of all that is required; `python`.
    """
    plugins = plugins_of(defenses, plans)
    recognizers = {r.label: r.fingerprint for plan in plans for r in plan.build_recognizers()}
    return {
        "photos": content_of(scene),
        "code": {**code_of(plugins), **codes_of(defenses)},
        "files": files_of(defenses, plans),
        "faces": fingerprint_of(),
        "recognizers": recognizers,
        **_models(plans),
        "device": mark(),
        "versions": versions(plugins.values()),
        "python": platform.python_version(),
    }


def measurement_key(scene: Scene, plan: Plan, spec: str) -> bytes:
    """Return the cache key of a measurement: who, with what, on which photos.

    Where code was edited while this process runs, nobody knows what its figures come from:
    then each key is another one, and nothing is found or kept.
    """
    settings = {"defense": spec, "plan": plan.as_dict(), **made_with(scene, [spec], plan)}
    settings |= _pairs(scene)
    if edited():
        return secrets.token_bytes(32)
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).digest()


def code_for(defenses: Sequence[str], *plans: Plan) -> dict[str, str]:
    """Return the digests of the code at work: of `unmask`, plug-ins, and classes of the user."""
    return {**code_of(plugins_of(defenses, plans)), **codes_of(defenses)}


def code_of(plugins: Mapping[str, Distribution]) -> dict[str, str]:
    """Return the digests of `unmask` and of other distributions, by name."""
    every = {"unmask": _ours(), **plugins}
    return {name: code_digest(one) for name, one in every.items()}


def changed_since(then: object, defenses: Sequence[str]) -> list[str]:
    """Return whose code is another one than was written down: `unmask`, plug-ins.

    Args:
        then: digests by name, as `code_of` gave them; anything else was written before there
            were digests, and says nothing.
        defenses: specs; one that nobody brings any more is passed over.
    """
    if not isinstance(then, dict):
        return []
    known = [spec for spec in defenses if spec.partition(":")[0] in DEFENSES.available()]
    return [name for name, mark in code_of(plugins_of(known)).items() if then.get(name) != mark]


def plugins_of(defenses: Sequence[str], plans: Sequence[Plan] = ()) -> dict[str, Distribution]:
    """Return the distributions of others that bring a defense, attacker, metric or recognizer."""
    named: list[tuple[Registry[Any], Sequence[str]]] = [(DEFENSES, defenses)]
    for plan in plans:
        named += [(ATTACKERS, plan.attackers), (METRICS, plan.metrics or ()),
                  (RECOGNIZERS, plan.face_models)]  # fmt: skip
    found = {
        distribution_name(one): one
        for registry, specs in named
        for name in [spec.partition(":")[0].strip() for spec in specs]
        if name not in registry.guests
        for one in [registry.distribution(name)]
    }
    return {name: found[name] for name in sorted(found) if name != "unmask"}


@cache
def _ours() -> Distribution:
    return distribution("unmask")


def _models(plans: Sequence[Plan]) -> dict[str, Any]:
    """Return what marks the models of attackers that bring their own."""
    marks = {
        spec: attacker.fingerprint
        for plan in plans
        for spec, attacker in zip(plan.attackers, plan.build_attackers(), strict=True)
        if attacker.fingerprint
    }
    return {"attackers": marks} if marks else {}


def files_of(defenses: Sequence[str], plans: Sequence[Plan] = ()) -> dict[str, str]:
    """Return digests of files, and folders of models, that parameters name; of programs, too.

    Defenses that call a program tell by `marks` what stands around its files.
    """
    built: list[Any] = [DEFENSES.build(spec) for spec in defenses]
    for plan in plans:
        built += [*plan.build_recognizers(), *plan.build_attackers(), *plan.build_metrics()]
    found: dict[str, str] = {}
    for text in {text for one in built for text in (*_texts(one), *getattr(one, "files", ()))}:
        path = Path(text).expanduser()
        try:
            if path.is_file():
                found[text] = file_digest(path)
            elif any((path / name).is_file() for name in _MODEL):
                found[text] = folder_digest(path)
        except OSError:
            continue  # a text too long for a path; a file that cannot be read is no use to anybody
    for one in built:
        found |= getattr(one, "marks", {})
    return dict(sorted(found.items()))


def _texts(built: Any) -> Iterator[str]:
    for one in fields(built) if is_dataclass(built) else ():
        value = getattr(built, one.name, None)
        if isinstance(value, str) and value:
            yield value
