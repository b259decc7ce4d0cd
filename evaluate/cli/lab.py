"""`unmask audit-vlm lab`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, Data, Device, Limit, Out, Quiet, Resume, Workers, check_resume

BLUR = "gaussian_blur:sigma=0.08,region=image"


def lab(
    data: Data = "orl",
    design: Annotated[
        str, typer.Option(help="names: made-up words, and at which stage they enter; words: "
                          "everyday words, and whether they leak although no caption after the "
                          "tower's training names anybody."),
    ] = "names",
    defenses: Annotated[
        str, typer.Option(help="Defenses, as in compare; each is trained on and asked about.")
    ] = BLUR,
    stages: Annotated[
        str, typer.Option(help="Photos a stage may learn from; 'clean' alone trains no model on "
                          "defended ones."),
    ] = "clean,defended",
    seeds: Annotated[
        str, typer.Option(help="Numbers, separated by commas; each is another deal of photos and "
                          "names."),
    ] = "0,1,2",
    limit: Limit = 0,
    cut: Annotated[
        str, typer.Option(help="around: the face with hair and some background; aligned: "
                          "upright, hardly more than the face."),
    ] = "around",
    steps: Annotated[float, typer.Option(help="Train so many times as long.")] = 1.0,
    tower: Annotated[str, typer.Option(help="Hub id or folder of a CLIP model.")] = "",
    language_model: Annotated[
        str, typer.Option(help="Hub id or folder of a causal language model.")
    ] = "",
    workers: Workers = 2,
    device: Device = "",
    out: Out = None,
    resume: Resume = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Train a small vision-language model, each stage on clean or defended photos, and ask it."""
    check_resume(out, resume=resume)
    numbers, defended = _seeds(seeds), _defended(stages)
    from unmask.defenses.apply.pool import cores

    from ..lab.again import keep_config
    from ..lab.cells import factorial, unnamed
    from ..lab.lines import records_of
    from ..lab.photos import usable
    from ..lab.pretrained import check_parts
    from ..lab.recipe import WORDS, recipe_of
    from ..lab.report import write_page
    from ..lab.run import Setting, run_cells
    from ..results.folder import new_folder
    from ..results.records import write_records
    from .lab_said import print_lab
    from .progress import Bars
    from .specs import split_specs
    from .stopping import says_how_to_go_on

    asked = tuple(dict.fromkeys(usable(spec).spec for spec in split_specs(defenses)))
    check_parts(tower, language_model)
    recipe = recipe_of(design, cut=cut, tower=tower, language_model=language_model).longer(steps)
    if recipe.design == WORDS:
        cells = unnamed(numbers)
    else:
        cells = factorial(asked, numbers, given=bool(tower), defended=defended)
    folder = out or new_folder("audit-vlm-lab")
    setting = Setting(_bounded(data, limit), asked, recipe, folder, cells[0])
    began = time.monotonic()
    with says_how_to_go_on(folder, "finished models"), Bars(quiet=quiet) as bars:
        results = run_cells(cells, setting, workers=workers or cores(), resume=resume,
                            progress=bars)  # fmt: skip
    records = records_of(results, setting)
    write_records(folder / "records.jsonl", records)
    keep_config(setting, cells)
    page = write_page(folder, results, asked)
    if as_json:
        typer.echo("[" + ",\n".join(record.line() for record in records) + "]")
    elif not quiet:
        print_lab(results, asked, page, time.monotonic() - began)


def _seeds(text: str) -> list[int]:
    if not re.fullmatch(r"\s*\d+\s*(,\s*\d+\s*)*", text):
        rule = f"must be whole numbers of 0 or more such as 0,1,2, got {text}"
        raise typer.BadParameter(rule, param_hint="--seeds")
    return [int(part) for part in text.split(",")]


def _defended(stages: str) -> bool:
    named = set(stages.replace(" ", "").split(","))
    if named not in ({"clean"}, {"clean", "defended"}):
        rule = f"must be clean or clean,defended, got {stages}"
        raise typer.BadParameter(rule, param_hint="--stages")
    return "defended" in named


def _bounded(data: str, limit: int) -> str:
    if limit and re.search(r"[,:]\s*people=", data):
        rule = f"the data say how many people already: {Path(data).name}"
        raise typer.BadParameter(rule, param_hint="--limit")
    return f"{data},people={limit}" if limit else data
