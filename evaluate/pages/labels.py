"""Where labels of points go so that none lies on another, or on a mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .frame import FONT, text_width
from .tags import Html, joined, tag

Box = tuple[float, float, float, float]  # left, top, right, bottom
GAP = 5  # pixels between two texts in a line


@dataclass(frozen=True)
class Label:
    """A text for the point at `x`, `y` (pixels)."""

    text: str
    x: float
    y: float


def place_labels(labels: Sequence[Label], within: Box, taken: Sequence[Box] = ()) -> Html:
    """Return the labels as SVG, each near its point; one moved far gets a line to it.

    Args:
        labels: texts with their points.
        within: where they may lie.
        taken: what they must not cover.
    """
    return joined(_drawn(label, box) for label, box in boxes_for(labels, within, taken))


def boxes_for(
    labels: Sequence[Label], within: Box, taken: Sequence[Box] = (), *, size: float = FONT
) -> list[tuple[Label, Box]]:
    """Return where each label goes; text of `size` pixels."""
    full = [*taken, *((p.x - 6, p.y - 6, p.x + 6, p.y + 6) for p in labels)]
    found = []
    for label in sorted(labels, key=lambda p: (p.y, p.x)):
        width, height = text_width(label.text, size), size * 1.05
        spots = [spot for spot in _spots(label, width, height) if _inside(spot, within)]
        spots = spots or [next(_spots(label, width, height))]
        best = min(spots, key=lambda spot: sum(_overlap(spot, box) for box in full))
        full.append((best[0] - GAP, best[1], best[2] + GAP, best[3]))
        found.append((label, best))
    return found


def _spots(label: Label, width: float, height: float) -> Iterator[Box]:
    """Yield boxes for a label, nearest first."""
    for far in (9, 16, 26, 38, 52, 68, 86, 106, 128):
        for right, down in ((1, 0), (-1, 0), (1, -0.7), (1, 0.7), (-1, -0.7), (-1, 0.7),
                            (0, -1), (0, 1)):  # fmt: skip
            x = label.x + right * (far if right and not down else far * 0.8)
            x += {1: 0, -1: -width, 0: -width / 2}[right]
            y = label.y + down * far - height / 2
            yield x, y, x + width, y + height


def _drawn(label: Label, box: Box) -> Html:
    left, top, right, bottom = box
    x, y = min(max(label.x, left), right), min(max(label.y, top), bottom)
    text = tag("text", label.text, x=left, y=bottom - 3, class_="label")
    if abs(x - label.x) + abs(y - label.y) < 18:
        return text
    return tag("path", d=f"M{label.x:.0f} {label.y:.0f}L{x:.0f} {y:.0f}", class_="leader") + text


def _inside(box: Box, within: Box) -> bool:
    return (box[0] >= within[0] and box[1] >= within[1]
            and box[2] <= within[2] and box[3] <= within[3])  # fmt: skip


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
