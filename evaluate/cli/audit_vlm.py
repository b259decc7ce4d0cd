"""`unmask audit-vlm`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unmask.threads import pin_threads

from .options import AsJson, Device, Limit, Out, Quiet, Resume, Seed, Strengths, check_resume


def audit_vlm(
    model: Annotated[
        str, typer.Argument(help="Folder or hub id, or the server's name of the model. 'lab' "
                            "trains a small one: unmask audit-vlm lab --help. With --study: the "
                            "data."),
    ] = "",
    data: Annotated[
        str, typer.Argument(help="Folder with a sub-folder per person, dataset, or a CSV of "
                            "name, photo (aliases, fame, gender, age, ethnicity, "
                            "occupation). Default: orl."),
    ] = "",
    study: Annotated[
        Path | None,
        typer.Option(help="File of models, one a line (docs/study.md): all are asked the same, "
                          "and one page sets them side by side."),
    ] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="With --study: say what it will cost, and stop.")
    ] = False,
    names: Annotated[
        Path | None, typer.Option(help="CSV of identity, name (and the same further columns).")
    ] = None,
    defenses: Annotated[
        str, typer.Option(help="Defenses, as in compare; 'none' for clean photos only.")
    ] = "gaussian_blur",
    strengths: Strengths = 4,
    probes: Annotated[
        str, typer.Option(help="Some of open, forced, yes_no, votes, same, unasked, useful.")
    ] = "open,forced,yes_no,votes,same,unasked",
    prompts: Annotated[str, typer.Option(help="Open prompts. Default: all five.")] = "",
    contexts: Annotated[
        str, typer.Option(help="Some of whole, blurred, replaced, removed.")
    ] = "whole,blurred,replaced,removed",
    candidates: Annotated[
        int, typer.Option(min=0, help="Names in a forced choice, at least; 0: all of one gender.")
    ] = 50,
    decoys: Annotated[
        Path | None, typer.Option(help="File with a name a line: more candidates for votes.")
    ] = None,
    limit: Limit = 0,
    photos: Annotated[
        int, typer.Option(min=0, help="At most so many photos of each; 0: all.")
    ] = 0,
    crop: Annotated[
        float,
        typer.Option(min=0, help="Show a square around the face, in face sizes; 0: the photo."),
    ] = 0.0,
    tokens: Annotated[int, typer.Option(min=1, help="Longest open answer.")] = 24,
    text: Annotated[
        bool, typer.Option("--text/--no-text", help="Look for names that are printed in photos "
                           "(extra ocr; 0.7 seconds each).")
    ] = True,
    endpoint: Annotated[
        str, typer.Option(help="OpenAI-compatible server, http://127.0.0.1:8000. A key is read "
                          "from UNMASK_API_KEY."),
    ] = "",
    device: Device = "",
    threads: Annotated[
        int, typer.Option(min=1, help="Threads of a model on the CPU.")
    ] = 1,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16, float16.")] = "float32",
    batch: Annotated[int, typer.Option(min=1, help="Photos that are looked at together.")] = 8,
    load_in_4bit: Annotated[
        bool, typer.Option("--load-in-4bit", help="Quantize; needs bitsandbytes.")
    ] = False,
    device_map: Annotated[
        str, typer.Option(help="Spread the model over all cards: auto; needs accelerate.")
    ] = "",
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = False,
    show_faces: Annotated[
        bool, typer.Option("--show-faces", help="Show some photos of your own data with what was "
                           "answered in the report; it then names people."),
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask a vision-language model for names; each photo clean, defended and in other contexts."""
    check_resume(out, resume=resume)
    from ..audit.inquiry import Inquiry
    from ..audit.people import load_subjects
    from ..audit.run import audit
    from ..audit.study.listed import Opening, read_models
    from ..audit.views import CONTEXTS
    from ..comparison.plan import with_strengths
    from ..results.folder import new_folder
    from ..vlm.folder import taught_names
    from ..vlm.hub import place_of
    from ..vlm.opening import check_model, load
    from ..vlm.wording import LAB, Wording
    from .progress import Bars
    from .specs import split_specs
    from .stopping import says_how_to_go_on
    from .study import run_study, taught_by

    pin_threads(threads)
    usual = Opening(dtype, batch, device_map, load_in_4bit)
    if study is not None:
        data = _data_of_study(model, data, endpoint, show_faces=show_faces)
        taught = taught_by(read_models(study, usual))
    else:
        _refuse_estimate(model, estimate=estimate)
        if not endpoint:
            check_model(model)
            place_of(model)  # what is not there is said before the data are read
        taught = taught_names(model) if not endpoint else {}
    wording = Wording()
    if taught and not names:
        wording = replace(LAB, prompts=(*wording.prompts, ("lab", LAB.question)))
    inquiry = Inquiry(
        defenses=tuple(with_strengths(split_specs(defenses), strengths)),
        probes=_parts(probes),
        prompts=_parts(prompts) or tuple(name for name, _ in wording.prompts),
        contexts=tuple(c for c in CONTEXTS if c in _known(_parts(contexts), CONTEXTS)),
        candidates=candidates,
        decoys=_lines(decoys),
        crop=crop,
        tokens=tokens,
        seed=seed,
        wording=wording,
    )
    subjects = load_subjects(
        data or "orl", names=names, taught=taught, people=limit, photos=photos
    )
    if study is not None:
        run_study(study, subjects, inquiry, usual, out=out, resume=resume, only_estimate=estimate,
                  text=text, quiet=quiet, as_json=as_json)  # fmt: skip
        return
    opened = load(model, dtype=dtype, batch=batch, load_in_4bit=load_in_4bit,
                  device_map=device_map, endpoint=endpoint)  # fmt: skip
    folder = out or new_folder("audit-vlm")
    with says_how_to_go_on(folder, "finished answers"), Bars(quiet=quiet) as bars:
        found = audit(opened, subjects, inquiry, folder=folder, resume=resume, text=text,
                      show_faces=show_faces, progress=bars)  # fmt: skip
    if as_json:
        typer.echo("[" + ",\n".join(record.line() for record in found.records) + "]")
    elif not quiet:
        from .audit_said import print_audit

        print_audit(found.records, found.notes, found.page)


def _data_of_study(first: str, second: str, endpoint: str, *, show_faces: bool) -> str:
    """Return the data of a study, which names no model on the command line."""
    if second:
        raise typer.BadParameter(f"names its models, so {first} is one too many; give the data "
                                 "alone", param_hint="--study")  # fmt: skip
    if endpoint:
        raise typer.BadParameter("stands in the file of models: endpoint URL NAME",
                                 param_hint="--endpoint")  # fmt: skip
    if show_faces:
        raise typer.BadParameter("is of one model's report, and a study shows no faces",
                                 param_hint="--show-faces")  # fmt: skip
    return first


def _refuse_estimate(model: str, *, estimate: bool) -> None:
    if not model:
        raise typer.BadParameter("is missing; give a model, or --study MODELS.txt",
                                 param_hint="MODEL")  # fmt: skip
    if estimate:
        raise typer.BadParameter("is of a study: --study MODELS.txt", param_hint="--estimate")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _known(given: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    wrong = [name for name in given if name not in known]
    if wrong:
        raise ValueError(f"a context is one of {', '.join(known)}, got '{wrong[0]}'")
    return given


def _lines(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {path}: {error}") from error
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
