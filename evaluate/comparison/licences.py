"""Which weights take part in a comparison, and under which licence."""

from __future__ import annotations

from ..recognizers.known import DLIB_LICENCE, KNOWN, POINTS_LICENCE
from .plan import Plan


def licences_of(plan: Plan) -> dict[str, str]:
    """Return the licence of each file of weights, by what uses it.

    Weights of somebody else's recognizer are named as well: nobody here knows their licence.
    """
    found = {}
    for spec in plan.face_models:
        name, _, model = spec.partition(":")
        known = KNOWN.get(model.partition(",")[0])
        if known is not None:
            found[f"recognizer {spec}"] = known.licence
        elif name == "dlib":
            found["recognizer dlib"] = DLIB_LICENCE
        else:
            found[f"recognizer {name}"] = "not known to unmask"
    return {**found, "landmarks dlib, 68 points": POINTS_LICENCE}
