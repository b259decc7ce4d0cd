"""Options about finding faces, shared by the commands that look for some."""

from __future__ import annotations

from typing import Annotated

import typer

DetectorName = Annotated[
    str, typer.Option("--detector", help="What finds the faces: see 'unmask ls detectors'.")
]
DetectSide = Annotated[
    int,
    typer.Option(
        "--detect-side",
        min=0,
        help="Look at a copy of which the long side has so many pixels: 640 is quick, and misses "
        "small faces. Default (0): so fine that faces of 40 pixels are found.",
    ),
]
SmallFaces = Annotated[
    bool,
    typer.Option("--small-faces", help="Look for faces down to 20 pixels; up to 4 times as slow."),
]
