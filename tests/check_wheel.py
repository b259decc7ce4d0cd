"""Compare a wheel with the folders: a module that is missing there is missing for users."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main(wheel: str) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    here = {
        f"unmask/{path.relative_to(ROOT).as_posix()}"
        for top in ("defenses", "evaluate", "benchmarks")
        for path in (ROOT / top).rglob("*.py")
    } | {f"unmask/{path.name}" for path in (ROOT / "src" / "unmask").glob("*.py")}
    missing, extra = sorted(here - inside), sorted(inside - here)
    assert not missing + extra, f"wheel lacks {missing}, has stale {extra}"
    print(f"wheel: {len(inside)} modules, none missing")


if __name__ == "__main__":
    main(sys.argv[1])
