"""Four defended faces of a trial in one small picture, attached to the trial."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna.trial import Trial

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.files.pictures import write_picture
from unmask.defenses.photo import Pixels

from ..comparison.defending import defend_all
from ..data.scene import Scene

_SIDE = 160


def keep_strip(trial: Trial, spec: str, scene: Scene, seed: int, folder: Path) -> None:
    """Write the picture to `strips/` of the run folder and attach it; defended faces only."""
    photos = scene.probes[:: max(1, len(scene.probes) // 4)][:4]
    defended = defend_all(DEFENSES.build(spec).fit(scene.background), photos, seed=seed)
    path = strip_path(folder, trial.number)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(path, np.hstack([_cut(done.photo) for done in defended]))
    store = folder / "artifacts"
    store.mkdir(exist_ok=True)
    upload_artifact(
        artifact_store=FileSystemArtifactStore(str(store)),
        file_path=str(path),
        study_or_trial=trial,
    )


def strip_path(folder: Path, number: int) -> Path:
    """Return where the picture of a trial is kept."""
    return folder / "strips" / f"trial-{number:04d}.png"


def _cut(photo: Photo) -> Pixels:
    height, width = photo.pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    if photo.face:
        x, y, w, h = photo.face.box
        side = int(min(side, max(1.6 * max(w, h), 16)))
        top = int(np.clip(y + (h - side) / 2, 0, height - side))
        left = int(np.clip(x + (w - side) / 2, 0, width - side))
    square = photo.pixels[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
