"""Whether the defense of somebody else keeps the contract, before its figures are believed."""

from __future__ import annotations

import hashlib
import json

from unmask.defenses import DEFENSES, default_cache
from unmask.defenses.files.class_digest import is_importable
from unmask.defenses.files.code_digest import edited
from unmask.device import mark

from .config import code_for, files_of, plugins_of
from .guests import codes_of
from .versions import versions

_KEPT = b"1"


def broken_contract(spec: str) -> str:
    """Return why a low leakage of a defense means little: the checks of the contract it fails.

    The checks are those of `unmask check`; they take seconds. That all passed is remembered
    for as long as the code of the defense, of `unmask` and of what both require stays the same;
    a failure is never remembered. Our own defenses are checked by our tests, not here.

    Args:
        spec: of a defense.

    Returns:
        One sentence; empty where it keeps the contract, or is ours.

    Raises:
        LookupError: no such defense.
        ValueError: it cannot be built.
    """
    plugins = plugins_of([spec])
    if not plugins and not codes_of([spec]):
        return ""
    made = [spec, code_for([spec]), files_of([spec]), versions(plugins.values()), mark()]
    key = hashlib.sha256(json.dumps(["contract", *made], sort_keys=True).encode()).digest()
    cache = default_cache()
    if not edited() and cache.get_many([key]):
        return ""
    failed = _failed(spec)
    if failed:
        return (
            f"{DEFENSES.build(spec).name} breaks the contract of a defense ({', '.join(failed)}); "
            f"{_how(spec)} says how"
        )
    if not edited():
        cache.put_many({key: _KEPT})
    return ""


def _how(spec: str) -> str:
    if codes_of([spec]):  # which the command line cannot import
        return "each of CHECKS of unmask.defenses.testing, by run(check, your_object),"
    return f"`unmask check {spec}`"


def _failed(spec: str) -> list[str]:
    from unmask.defenses.testing import CHECKS, ContractError, run, survives_a_new_process

    failed = []
    here = not is_importable(type(DEFENSES.build(spec)))  # of a notebook: it never leaves it
    for check in CHECKS:
        if here and check is survives_a_new_process:
            continue
        try:
            run(check, DEFENSES.build(spec))
        except ContractError:
            failed.append(check.__name__)
    return failed
