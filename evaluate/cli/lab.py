"""`unmask audit-vlm lab`: options and the run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

BLUR = "gaussian_blur:sigma=0.08,region=image"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the lab's options to a parser."""
    parser.add_argument("data", nargs="?", default="orl", help="dataset or folder")
    parser.add_argument("--defenses", default=BLUR, help="specs, separated by spaces")
    parser.add_argument("--stages", default="clean,defended", help="photos a stage may learn "
                        "from; 'clean' alone trains no model on defended ones")  # fmt: skip
    parser.add_argument("--seeds", default="0,1,2", help="numbers, separated by commas")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--out", type=Path, help="run folder; must be new or empty")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--cut", default="around", help="around: the face with hair and some "
                        "background; aligned: upright, hardly more than the face")  # fmt: skip
    parser.add_argument("--steps", type=float, default=1.0, help="train so many times as long")
    parser.add_argument("--tower", default="", help="hub id or folder of a CLIP model")
    parser.add_argument("--language-model", default="", help="hub id or folder")
    parser.add_argument("--device", default="", help="cpu, cuda:0, mps or auto; default: "
                        "UNMASK_DEVICE, else cpu")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="print nothing")


def run(args: argparse.Namespace) -> Path:
    """Train, probe, and write the run folder; return the report's path.

    Raises:
        ValueError: bad options or data.
        LookupError: an unknown dataset or defense.
    """
    from ..lab.again import keep_config
    from ..lab.cells import factorial
    from ..lab.lines import records_of
    from ..lab.photos import usable
    from ..lab.pretrained import check_parts
    from ..lab.recipe import Recipe
    from ..lab.report import cell_table, markdown, strength_table, write_page
    from ..lab.run import Setting, run_cells
    from ..results.folder import new_folder
    from ..results.records import write_records
    from .options import chosen_device
    from .progress import Bars
    from .specs import split_specs

    chosen_device(args.device)
    if args.resume and args.out is None:
        raise ValueError("--resume needs --out, the folder of the run")
    if args.workers < 1:
        raise ValueError(f"--workers must be at least 1, got {args.workers}")
    try:
        seeds = [int(part) for part in args.seeds.split(",")]
    except ValueError:
        raise ValueError(f"--seeds must be whole numbers like 0,1,2, got {args.seeds}") from None
    if min(seeds) < 0:
        raise ValueError(f"--seeds must be 0 or more, got {args.seeds}")
    stages = set(args.stages.replace(" ", "").split(","))
    if stages not in ({"clean"}, {"clean", "defended"}):
        raise ValueError(f"--stages must be clean or clean,defended, got {args.stages}")
    defenses = tuple(dict.fromkeys(usable(d).spec for d in split_specs(args.defenses)))
    check_parts(args.tower, args.language_model)
    recipe = Recipe(cut=args.cut, tower=args.tower, language_model=args.language_model)
    recipe = recipe.longer(args.steps)
    cells = factorial(defenses, seeds, given=bool(args.tower), defended="defended" in stages)
    folder = args.out or new_folder("audit-vlm-lab")
    setting = Setting(args.data, defenses, recipe, folder, cells[0])
    began = time.monotonic()
    with Bars(quiet=args.quiet) as progress:
        results = run_cells(
            cells, setting, workers=args.workers, resume=args.resume, progress=progress
        )
    write_records(folder / "records.jsonl", records_of(results, setting))
    keep_config(setting, cells)
    page = write_page(folder, results, defenses)
    if not args.quiet:
        cpu = sum(result.seconds for result in results)
        print(markdown(cell_table(results)), markdown(strength_table(results, defenses)),
              f"{time.monotonic() - began:.0f} s, {cpu:.0f} s of processor time in all cells",
              f"written: {page}", sep="\n\n")  # fmt: skip
    return page


def main(argv: Sequence[str] | None = None) -> None:
    """Run the lab on its own."""
    parser = argparse.ArgumentParser("unmask audit-vlm lab")
    add_arguments(parser)
    run(parser.parse_args(argv))


if __name__ == "__main__":
    main()
