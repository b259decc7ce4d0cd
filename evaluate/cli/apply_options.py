"""The options of `unmask apply`, in the groups in which its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

OnMissing = Literal["skip", "copy", "blank", "fail"]


def _on_miss(text: str) -> OnMissing:
    known: dict[str, OnMissing] = {name: name for name in get_args(OnMissing)}
    if text not in known:
        raise typer.BadParameter(f"must be one of {', '.join(known)}, got '{text}'")
    return known[text]


Spec = Annotated[str, typer.Argument(help="Defense, for example pixelate:blocks=4.")]
Source = Annotated[
    Path,
    typer.Argument(
        help="Photo, video, folder, list of photos (CSV or Parquet with a column of paths), or "
        "shards: WebDataset tars, Parquet, a folder that datasets saved; one, a folder of them, "
        "or a pattern in quotes: 'shards-{000..099}.tar'."
    ),
]
Target = Annotated[Path, typer.Argument(help="File or folder to write; not in SOURCE.")]

# --- what is done to a photo
Background = Annotated[
    str,
    typer.Option(
        help="Photos of unrelated people, for defenses that need them (k_same): a folder "
        "with one sub-folder per person, or a data set."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Makes the same pictures again, and lets whoever knows the seed undo noise. "
        "Default: a secret, drawn anew for each run and never told.",
    ),
]
Anyway = Annotated[
    bool,
    typer.Option(
        "--anyway",
        help="Also apply what does not protect: a setting of a search that did not hold its "
        "limit, or one of the defenses that are there to be seen through.",
    ),
]

# --- which faces
Detector = Annotated[str, typer.Option(help="What finds the faces: see 'unmask ls detectors'.")]
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
Faces = Annotated[
    Path | None,
    typer.Option(
        "--faces",
        help="Parquet table of faces, from 'unmask detect' or of your own: path and x, y, w, h, "
        "or path and bbox. A photo that it does not know or does not fit is looked at anew.",
    ),
]
AnyBox = Annotated[
    bool,
    typer.Option(
        "--any-box",
        help="The boxes of --faces are of plates, bodies or anything: all of each is defended.",
    ),
]
Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        help="Folder with photos of people who stay visible, one face each. Whoever is not surely "
        "one of them (distance 0.4 by dlib's face model) is defended.",
    ),
]
OnMiss = Annotated[
    OnMissing,
    typer.Option(
        parser=_on_miss,
        metavar="skip|copy|blank|fail",
        help="What becomes of photos in which no face was found, or that the defense left "
        "unchanged: skip does not write them, and the exit code is 4; copy writes them "
        "as they are; blank writes grey pictures; fail counts them as failed.",
    ),
]

# --- what is written, and where
Lossless = Annotated[
    bool,
    typer.Option(
        "--lossless",
        help="Of a JPEG, change only the blocks that the region touches: nothing else loses "
        "anything by being stored again. Where that cannot be done (CMYK, rare kinds) the "
        "manifest says why. Needs jpeglib: pip install 'unmask[lossless]'.",
    ),
]
MaxPixels = Annotated[
    int,
    typer.Option(
        min=1,
        max=178_956_970,
        help="Photos of more pixels are not decoded, and listed as unreadable: a small file may "
        "need any amount of memory.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are in TARGET.")]
InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place",
        help="TARGET is SOURCE: replace each photo when its successor is whole. The originals "
        "are gone then. Run again, it does what is new, and nothing twice.",
    ),
]
Rename = Annotated[
    bool,
    typer.Option(
        "--rename",
        help="Give photos drawn names, without folders. Which is which is written beside "
        "TARGET, to TARGET-names.csv, for you alone.",
    ),
]

# --- how the result is looked at
Verify = Annotated[
    bool,
    typer.Option(
        "--verify/--no-verify",
        help="Look at what was written once more, at another scale; the exit code is 3 if a face "
        "is left. Not in place. 'unmask verify' looks closer.",
    ),
]
Preview = Annotated[
    int,
    typer.Option(
        min=0,
        help="Also write TARGET-preview.jpg: so many photos before and after, the least sure "
        "faces first. It shows clean faces: keep it to yourself.",
    ),
]

# --- videos
NoAudio = Annotated[
    bool, typer.Option("--no-audio", help="Videos lose their sound: a voice tells who speaks.")
]
Every = Annotated[
    int,
    typer.Option(min=1, help="Look for faces in each so many-th frame of a video, no others."),
]
Codec = Annotated[
    str,
    typer.Option(help="Encoder of videos. Default: libx264; libvpx-vp9 in .webm, mpeg4 in .avi."),
]
Crf = Annotated[
    int | None,
    typer.Option(
        min=0, help="Constant quality of videos in the encoder's numbers, lower is better."
    ),
]

# --- how the work is done
Workers = Annotated[
    int,
    typer.Option(
        min=0, help="Processes; 0: one per core, and fewer for few photos. Same results."
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the same command after it was stopped or killed: what is done and "
        "unchanged is not done again.",
    ),
]
ShardIndex = Annotated[
    int | None,
    typer.Option(
        min=0,
        envvar="SLURM_ARRAY_TASK_ID",
        help="Do only this part of the photos, from 0. 'unmask merge' joins the parts.",
    ),
]
NumShards = Annotated[
    int | None,
    typer.Option(min=1, envvar="SLURM_ARRAY_TASK_COUNT", help="How many parts there are."),
]
