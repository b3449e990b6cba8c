"""One mutant before a capability's tests: a process of its own, in which a module's code is the mutant's.

It comes from a server of forks that has loaded pytest and nothing of ours; so a trial takes a fraction of a second, and
whatever imports the module gets the mutant.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

LIMIT = 60.0
"""Seconds after which a mutant hangs. The tests take less than one."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["pytest", "msgspec", "_pytest.main", "_pytest.terminal", "_pytest.assertion.rewrite"]
)


def survives(module: str, file: Path, code: str, tests: Sequence[str]) -> bool:
    """Whether all tests pass though the module has this code."""
    process = _processes.Process(target=_try, args=(module, file, code, tests), daemon=True)
    process.start()
    process.join(LIMIT)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == pytest.ExitCode.OK


def _try(module: str, file: Path, code: str, tests: Sequence[str]) -> None:
    assert module not in sys.modules
    sys.meta_path.insert(0, _Instead(module, file, code))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    # Tests by example ask for no fixture, so conftest.py, which imports all there is, is not needed; nor is any plugin.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    alone = ["--override-ini=addopts=", "--import-mode=importlib", "--noconftest", "-p", "no:cacheprovider"]
    sys.exit(pytest.main([*alone, "-x", "-q", *tests]))


class _Instead(MetaPathFinder, InspectLoader):
    """Loads a module from other code than that of its file."""

    def __init__(self, module: str, file: Path, code: str) -> None:
        self._module, self._file, self._code = module, file, code

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self._file, loader=self) if fullname == self._module else None

    def get_source(self, fullname: str) -> str:
        return self._code
