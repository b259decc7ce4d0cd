"""Where a study is kept: a journal file, or a database that several machines share."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import optuna
from optuna.storages import BaseStorage, RDBStorage, RetryHeartbeatStaleTrialCallback

_HEARTBEAT, _GRACE = 20, 60  # seconds


def load_or_create(
    url: str, folder: Path, name: str, directions: Sequence[Literal["minimize", "maximize"]]
) -> optuna.Study:
    """Open or create; two programs that come at once may both try to make the tables.

    Args:
        url: Optuna storage URL or journal file; empty: a journal in the folder.
        folder: run folder.
        name: of the study.
        directions: of its objectives.

    Raises:
        ValueError: the storage cannot be opened.
    """
    from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError

    for wait in (0.2, 0.5, 1.0, 2.0, None):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                return optuna.create_study(
                    storage=open_storage(url, folder),
                    study_name=name,
                    load_if_exists=True,
                    directions=list(directions),
                )
        except ImportError as error:
            cure = "pip install 'unmask[postgres]'?"
            raise ValueError(f"--storage needs a driver: {error}; {cure}") from error
        except (IntegrityError, ProgrammingError) as error:
            if wait is None:
                raise ValueError(_refused(url, error)) from error
            time.sleep(wait)
        except SQLAlchemyError as error:
            raise ValueError(_refused(url, error)) from error
    raise AssertionError


def open_storage(url: str, folder: Path) -> BaseStorage:
    """Open the storage; databases get a heartbeat, so that lost trials are tried again."""
    if "://" not in url:
        from optuna.storages.journal import JournalFileBackend, JournalStorage

        return JournalStorage(JournalFileBackend(url or str(folder / "journal.log")))
    if url.startswith(("redis", "journal")):
        return optuna.storages.get_storage(url)
    return RDBStorage(
        url,
        heartbeat_interval=_HEARTBEAT,
        grace_period=_GRACE,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=2),
    )


def close(study: optuna.Study) -> None:
    """Close the connections to a database, if there are any."""
    storage = getattr(study._storage, "_backend", study._storage)
    if isinstance(storage, RDBStorage):
        storage.remove_session()
        storage.engine.dispose()


def _refused(url: str, error: Exception) -> str:
    kind = url.partition("://")[0]  # the rest may hold a password
    told = str(error).splitlines()[0]
    return (
        f"--storage {kind}://... cannot be opened: {told}; is the server there, is the URL right?"
    )
