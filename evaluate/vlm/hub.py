"""Where a model that is no folder here comes from: the hub if it answers, else its local cache.

The library tries five times, file by file, before it gives up on a hub that is not there; so
the hub is asked once whether it is there, with little patience.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

PATIENCE = 2.0  # seconds until a hub that does not answer is given up


def place_of(model: str) -> str:
    """Return what to load: a folder of this machine, or the hub id where the hub answers.

    Args:
        model: folder or hub id.

    Raises:
        LookupError: no such folder, the hub does not answer, and its cache here has no such
            model.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return str(folder)
    why = _silent()
    if not why:
        return model
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return snapshot_download(model, local_files_only=True)
    except LocalEntryNotFoundError as error:
        raise LookupError(
            f"no folder is called '{model}', the hub {why}, and what was downloaded before does "
            "not hold it; download it where there is a network and name its folder"
        ) from error


def _silent() -> str:
    """Return why the hub does not answer; empty if it does, whatever it says."""
    from huggingface_hub import constants, get_session

    if constants.is_offline_mode():
        return "must not be asked (HF_HUB_OFFLINE)"
    where = constants.ENDPOINT
    patience = float(os.environ.get("HF_HUB_ETAG_TIMEOUT") or PATIENCE)  # theirs, for slow lines
    client, failed = get_session(), []

    def ask() -> None:
        try:
            client.head(where, timeout=patience, follow_redirects=False)
            failed.append("")
        except Exception as error:  # a proxy, a certificate, a name, a cable
            failed.append(" ".join(str(error).split())[:120] or type(error).__name__)

    asking = threading.Thread(target=ask, daemon=True)  # looking up a name knows no patience
    asking.start()
    asking.join(patience)
    late = f"nothing came within {patience:g} s; HF_HUB_ETAG_TIMEOUT sets how long to wait"
    told = failed[0] if failed else late
    return f"at {where} does not answer ({told})" if told else ""
