"""The scenes of the storybook, a module for each part of the product; each offers `SCENES`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from portal.storybook import Scene

SCENES: list[Scene] = [
    scene
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py"))
    for scene in import_module(f"{__name__}.{file.stem}").SCENES
]
