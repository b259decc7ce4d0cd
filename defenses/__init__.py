"""What changes a photo, and what finds the faces in it."""

if __name__ == "defenses":
    raise ImportError("import unmask.defenses; the checkout's root must not be on sys.path")

from .base import Defended, Defense
from .files.cache import default_cache
from .files.code_digest import code_digest
from .photo import Face, Photo, Pixels, check_pixels
from .registry import Registry, format_spec, parse_parameters
from .space import Choice, Range

Registry.before_import = staticmethod(code_digest)  # a new file must not get an old one's figures
DEFENSES: Registry[Defense] = Registry(
    "unmask.defenses", "defense", "unmask.defenses.base:Defense"
)

__all__ = [
    "DEFENSES",
    "Choice",
    "Defended",
    "Defense",
    "Face",
    "Photo",
    "Pixels",
    "Range",
    "Registry",
    "check_pixels",
    "default_cache",
    "format_spec",
    "parse_parameters",
]
