"""Pictures of what the restoring attacker won back, where the user asks for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES
from unmask.defenses.files.pictures import write_picture

from ..attackers.restoration.base import strip
from ..attackers.restored import Restored
from ..data.scene import Scene
from .blind import blind
from .defending import Blindfolded, OwnCopies
from .plan import Plan

_FACES = 4


def write_strips(scene: Scene, defenses: Sequence[str], plan: Plan, folder: Path) -> list[Path]:
    """Write `strips/<defense>-<variant>.png`: rows of clean, defended, restored.

    These pictures hold clean faces. The attacker learns anew, so this takes as long as its
    attack did.

    Args:
        scene: the photos.
        defenses: specs.
        plan: must hold the attacker `restored`.
        folder: run folder.

    Raises:
        ValueError: the plan has no attacker that restores.
    """
    restorer = restorer_of(plan)
    hidden = blind(scene, plan.seed)
    with_face = [photo for photo in hidden.probes if photo.face]
    shown = with_face[:: max(1, len(with_face) // _FACES)][:_FACES]
    written = []
    for spec in defenses if shown else ():
        defense = Blindfolded(DEFENSES.build(spec).fit(hidden.strangers), plan.seed, hidden.names)
        defended = [
            photo.with_pixels(done.photo.pixels)
            for photo, done in zip(shown, defense.released(shown), strict=True)
        ]
        attacker = restorer.fit(hidden.gallery, hidden.background, OwnCopies(defense))
        mark = hashlib.sha256(spec.encode()).hexdigest()[:8]
        for step in attacker.steps(defended):
            tiles = [strip(*three) for three in zip(shown, defended, step.probes, strict=True)]
            width = max(tile.shape[1] for tile in tiles)
            wide = [np.pad(t, ((0, 0), (0, width - t.shape[1]), (0, 0)), constant_values=255)
                    for t in tiles]  # fmt: skip
            path = folder / "strips" / f"{spec.partition(':')[0]}-{mark}-{step.variant}.png"
            write_picture(path, np.concatenate(wide))
            written.append(path)
    return written


def restorer_of(plan: Plan) -> Restored:
    """Return the attacker whose work the strips show.

    Raises:
        ValueError: the plan has none.
    """
    for attacker in plan.build_attackers():
        if isinstance(attacker, Restored):
            return attacker
    raise ValueError("--strips shows what 'restored' won back; add it to --attackers, or take the "
                     "budget standard or thorough")  # fmt: skip
