"""Who is seen in a video, where, and what is shown in their place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ... import Defense
from ...faces.base import Found
from ...photo import Pixels, check_pixels
from .smooth import Pace, box_at
from .still import Still, View, fixed, made_still, quality, show, view
from .track import Track, Tracker

Finder = Callable[[Pixels], Sequence[Found]]

_THUMB = (32, 18)  # width and height of what is compared to find cuts
_BETTER = 1.1  # how much better a view must be to take the place of one that is kept
_CUT = 30.0  # mean difference in grey levels from which a frame begins another scene


class Cast:
    """The faces of a video: `look` at all frames in order, then `paint` them in order.

    **One picture a face.** A defense that works on each frame anew hands out as many views of
    a face as there are frames, and whoever averages them, aligned by the face, may see more
    than in one. By family, measured in `benchmarks/results/video.md`:

    - noise (`noise`, `dp_pix`), drawn anew: the mean of 30 frames is nearly the face. Drawn
      once and at rest in the picture: the same, as soon as the face moves against it.
    - mosaic (`pixelate`, `dp_pix`, less so `downscale`): of a moving face the blocks show ever
      other parts, from which super-resolution rebuilds it: most where the grid is at rest in
      the picture, and a little where it goes with the box, which no tracker knows to a
      fraction of a pixel.
    - `gaussian_blur`: nothing that could be measured; only rounding averages away.
    - `mask` of one colour: nothing is left of the face. With `fill=noise` neither.
    - `k_same`: each frame chooses an average; another choice tells more of who it is.
    - `face_swap`: each frame makes up somebody else, who flickers, and whose mean is what the
      frames have in common: pose, expression, tone.

    So the defense sees one frame of each track, that in which the face is largest and surest,
    with the key `NAME#trackK`; and wherever the face is, this one defended picture is laid
    over it, resized with its box. All that the region of a track ever shows is a function of that
    picture and of the boxes: a million frames tell of the face's pixels what one defended
    photo of it tells, whatever the defense. The price: the face in a video does not move its
    mouth, nor does light change on it.

    What this does not promise: somebody who is lost for more than a second, or seen again
    after a cut, is a new track, so that an attacker gets one defended photo for each; and what
    lies around the region (hair, clothes, gait, voice) is there as it was.

    Args:
        defense: what to do, fitted if it needs a background.
        key: stable name of the video.
        seed: seed of the run.
        find: what finds the faces in a frame.
        rate: frames a second.
        every: only each so many-th frame is searched; between them boxes are interpolated.

    Raises:
        ValueError: `every` is less than 1, or the defense's region cannot follow a face.
    """

    def __init__(
        self, defense: Defense, *, key: str, seed: int, find: Finder, rate: float, every: int = 1
    ) -> None:
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.pace = Pace.of(min(max(rate, 1.0), 240.0), every)  # files say odd things
        self.looked: list[int] = []
        self._defense, self._key, self._seed = fixed(defense), key, seed
        self._find, self._every = find, every
        self._tracker = Tracker(self.pace.patience)
        self._views: dict[int, View] = {}
        self._stills: dict[int, Still] = {}
        self._coming: deque[Track] = deque()  # tracks that `paint` has not come to,
        self._shown: list[Track] = []  # and those that it has not left behind
        self._thumb: NDArray[np.float32] | None = None
        self._count = self._painted = 0

    @property
    def tracks(self) -> Sequence[Track]:
        """All faces, in the order in which they appear."""
        return self._tracker.tracks

    @property
    def delay(self) -> int:
        """How many frames `look` must be ahead of `paint`: faces are covered before they come."""
        return self.pace.patience + self.pace.lead + self.pace.window + self._every

    def look(self, pixels: Pixels) -> None:
        """Look for faces in the next frame.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB.
        """
        frame, self._count = self._count, self._count + 1
        cut = self._is_cut(check_pixels(pixels))
        if cut:
            self._tracker.cut(frame)
        if not cut and frame % self._every:
            return
        self.looked.append(frame)
        found = [one for one in self._find(pixels) if min(one.box[2:]) > 0]
        tracks = self._tracker.look(frame, [one.box for one in found])
        self._coming += [track for track in tracks if len(track.frames) == 1]
        for track, (box, score) in zip(tracks, found, strict=True):
            known = self._views.get(track.number)
            better = known is None or quality(box, score, pixels.shape) > _BETTER * known.quality
            if better and track.number not in self._stills:
                self._views[track.number] = view(pixels, box, score, self._defense)
        active = {track.number for track in self._tracker.active}
        for number in set(self._views) - active:  # will not be seen again: keep less of it
            self.still(number)

    def paint(self, pixels: Pixels) -> Pixels:
        """Return the next frame with all faces covered; the one that was given stays as it was.

        Raises:
            ValueError: the defense failed.
        """
        frame, self._painted = self._painted, self._painted + 1
        while self._coming and self._coming[0].frames[0] - self.pace.lead <= frame:
            self._shown.append(self._coming.popleft())
        boxes = [(box_at(track, frame, self.pace), track) for track in self._shown]
        here = [(box, track) for box, track in boxes if box]
        made = pixels.copy() if here else pixels
        for box, track in sorted(here, key=lambda pair: pair[0][2]):  # large faces last
            still = self.still(track.number)
            if still.outcome == "defended":
                show(made, still, box)
        late = frame - self.pace.lead - self.pace.patience
        self._shown = [track for track in self._shown if track.frames[-1] >= late]
        return made

    def still(self, number: int) -> Still:
        """Return what is shown in the place of a face."""
        if number not in self._stills:
            key = f"{self._key}#track{number}"
            seen = self._views.pop(number)
            self._stills[number] = made_still(self._defense, seen, key, self._seed)
        return self._stills[number]

    def _is_cut(self, pixels: Pixels) -> bool:
        step = max(1, min(pixels.shape[0] // _THUMB[1], pixels.shape[1] // _THUMB[0]) // 4)
        small = cv2.resize(pixels[::step, ::step], _THUMB, interpolation=cv2.INTER_AREA)
        before, self._thumb = self._thumb, small.astype(np.float32)
        return before is not None and float(np.abs(self._thumb - before).mean()) > _CUT
