"""Java's archive of loaded classes: with it the broker starts in half the time.

The first orderly stop of a node writes it; it is kept beside the jars. Java itself ignores one that fits neither it nor
the jars, so nothing depends on it.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path


class Archive:
    """The archive for one Java and one set of jars. scratch: a node's own folder, where it is written."""

    def __init__(self, java: Path, jars: Path, scratch: Path) -> None:
        version = hashlib.sha256(f"{java.resolve()} {java.stat().st_mtime_ns}".encode()).hexdigest()[:8]
        self._kept = jars.with_name(f"{jars.name}-classes-{version}.jsa")
        self._written = scratch / "classes.jsa"

    def options(self, train: bool) -> list[str]:
        """For the command line of Java. train: write an archive if there is none."""
        if self._kept.exists():
            return [f"-XX:SharedArchiveFile={self._kept}"]
        if train:
            self._written.unlink(missing_ok=True)
            return [f"-XX:ArchiveClassesAtExit={self._written}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        return []

    def keep(self) -> None:
        """Move what the stopped node wrote to its place. Not being able to (a folder of somebody else) is no fault."""
        with suppress(OSError):
            part = self._kept.with_suffix(f".{self._written.stat().st_ino}")
            shutil.move(self._written, part)
            part.replace(self._kept)
