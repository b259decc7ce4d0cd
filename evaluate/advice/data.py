"""Advice as data, for `--json` and other programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .advise import Advice
from .commands import apply_line, verify_line
from .proof import people_needed
from .table import Setting, Table


def as_data(advice: Advice) -> dict[str, Any]:
    """Return advice ready for JSON; what was not measured is missing, never 0."""
    held, looked, choice = advice.held, advice.looked, advice.choice
    chosen, near = choice.chosen, choice.nearest
    return {
        "holds": chosen is not None,
        "max_leakage": advice.limit,
        "advice": None if chosen is None else _setting(chosen),
        "nearest": None if near is None else {
            **_setting(near), "holds": False,
            "people_needed": people_needed(near.leakage, advice.limit),
        },
        "figures": {"own": advice.own, **about(advice.table), "away": round(advice.away, 3)},
        "photos": {
            "files": len(held.files), "copies": held.copies,
            "people": len(held.people) if held.labelled else None,
            "looked_at": looked.photos, "unreadable": looked.unreadable,
            "size": list(looked.size), "with_face": looked.with_face, "several": looked.several,
            "framing": looked.framing, "kind": looked.kind and asdict(looked.kind),
        },
        "settings": {"considered": choice.considered, "unsure": choice.unsure},
        "apply": apply_line(advice, chosen) if chosen else None,
        "verify": verify_line(advice) if chosen else None,
    }  # fmt: skip


def about(table: Table) -> dict[str, Any]:
    """Return where the figures of a table come from."""
    undefended = table.undefended
    return {"data": table.name, "title": table.title, "people": table.people,
            "budget": table.budget, "models": table.models, "command": table.command,
            "made": table.made, "changed": table.changed,
            "undefended": undefended and asdict(undefended)}  # fmt: skip


def _setting(one: Setting) -> dict[str, Any]:
    kept = asdict(one)
    return {key: kept[key] for key in ("defense", "leakage", "answers", "groups", "use", "seeds")}
