"""A pytest plugin that changes one line of one module's source while it is imported: a fault planted for tests to find."""

import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

VARIABLE = "PLANTED_FAULT"
"""Holds the module, the line as it stands and the line in its place, as JSON."""


class PlantingLoader(SourceFileLoader):
    """Gives the changed source to the compiler; nothing on the disk changes."""

    def get_data(self, path: str) -> bytes:
        """The source with the fault in it; never bytecode, which would have none."""
        data = super().get_data(path)
        if not path.endswith(".py"):
            raise OSError("no bytecode while a fault is planted")
        _, sound, faulty = _fault()
        text = data.decode()
        assert text.count(sound) == 1, f"{sound!r} stands {text.count(sound)} times in {path}"
        return text.replace(sound, faulty).encode()

    def set_data(self, path: str, data: bytes, *, _mode: int = 0o666) -> None:
        """Keep no bytecode."""


class PlantingFinder(importlib.abc.MetaPathFinder):
    """Finds the one module."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module with another loader, or None for every other module."""
        if name != _fault()[0]:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.origin is not None
        return importlib.machinery.ModuleSpec(name, PlantingLoader(name, spec.origin), origin=spec.origin)


def _fault() -> tuple[str, str, str]:
    module, sound, faulty = json.loads(os.environ[VARIABLE])
    return module, sound, faulty


if os.environ.get(VARIABLE):
    assert _fault()[0] not in sys.modules, "too late: the module was imported before"
    sys.meta_path.insert(0, PlantingFinder())
