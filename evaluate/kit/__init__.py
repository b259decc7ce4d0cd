"""Small packages to begin with: what `unmask new` writes, a plug-in of each of the six kinds.

`templates/` holds their files; CONTRIBUTING.md shows them, and tests install them. A kind gets a
`KIND.py.txt` there, a working example, and its commands in `package.py`.
"""

from .package import KINDS, render
from .writing import new_plugin

__all__ = ["KINDS", "new_plugin", "render"]
