"""The kinds of questions, each in a file of its own; `base.py` says what one has to do."""

from __future__ import annotations

from ..inquiry import PROBES as NAMES
from .base import Probe
from .forced import Forced
from .openly import Open
from .same import Same
from .useful import Useful
from .votes import Votes
from .yes_no import YesNo

_BY_NAME = {probe.name: probe
            for probe in (Open(), Forced(), YesNo(), Votes(), Same(), Useful())}  # fmt: skip
PROBES: dict[str, Probe] = {name: _BY_NAME[name] for name in NAMES}
