"""The kinds of questions, each in a file of its own; `base.py` says what one has to do."""

from __future__ import annotations

from ..inquiry import PROBES as NAMES
from .base import Probe
from .forced import Forced
from .openly import Open
from .same import Same
from .unasked import Unasked
from .useful import Useful
from .votes import Votes
from .yes_no import YesNo

_ALL = (Open(), Forced(), YesNo(), Votes(), Same(), Unasked(), Useful())
_BY_NAME = {probe.name: probe for probe in _ALL}
PROBES: dict[str, Probe] = {name: _BY_NAME[name] for name in NAMES}
