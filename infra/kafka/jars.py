"""The broker's jars: fetched once with Maven, each compared with its pinned digest, kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from platformdirs import user_cache_path

from baseplus.kernel.refusals import Refusal
from infra.kafka.java import find_java, java_home
from infra.service import writing_to

HERE = Path(__file__).parent
VERSION = "4.3.1"
_PINS = HERE / "jars.sha256"
_VARIABLE = "BASEPLUS_KAFKA_JARS"


class NoMaven(Refusal):
    """Maven is needed once, to fetch the jars. Facts: needed."""

    code = "no_maven"
    mend = (
        "install it (apt-get install maven), or put the jars of infra/kafka/jars.sha256 into a folder "
        f"and name that in {_VARIABLE}"
    )


class JarsUnavailable(Refusal):
    """The jars cannot be fetched, or are not the pinned ones. Facts: folder, reason."""

    code = "kafka_jars_unavailable"
    mend = f"check the way to the Maven repository and try again, or name a folder with the pinned jars in {_VARIABLE}"


def silent(line: str) -> None:
    """Where nobody reads along."""


def jars_folder() -> Path:
    """Where the jars are kept: the folder in BASEPLUS_KAFKA_JARS, else one in the user's cache."""
    if named := os.environ.get(_VARIABLE):
        return Path(named)
    # another list of jars gets another folder
    pins = hashlib.sha256(_PINS.read_bytes()).hexdigest()[:8]
    return user_cache_path("baseplus", appauthor=False) / f"kafka-{VERSION}-{pins}"


def fetch_jars(folder: Path | None = None, say: Callable[[str], None] = silent) -> Path:
    """Make sure that the pinned jars are in the folder; the second time that takes moments. Returns the folder.

    say: takes a line for a person to read when there is something to wait for.
    Raises NoMaven, NoJava, JarsUnavailable, FolderUnwritable or DiskFull.
    """
    folder = (folder or jars_folder()).absolute()
    if not wrong_jars(folder):
        return folder
    with writing_to(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = (folder.parent / f"{folder.name}.lock").open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second finds them fetched
        if not (wrong := wrong_jars(folder)):
            return folder
        if folder.exists() and any(folder.iterdir()) and os.environ.get(_VARIABLE):
            raise JarsUnavailable(folder=str(folder), reason=wrong)  # the user's own folder: not ours to replace
        say(f"Fetching Kafka {VERSION} (44 MB, once) into {folder} ...")
        with (
            writing_to(folder.parent),
            tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-", ignore_cleanup_errors=True) as scratch,
        ):
            fetched = Path(scratch) / "jars"
            _fetch(fetched, Path(scratch) / "repository")
            if wrong := wrong_jars(fetched):
                raise JarsUnavailable(folder=str(folder), reason=wrong)
            if folder.exists():
                shutil.rmtree(folder)
            fetched.rename(folder)
    return folder


def _fetch(into: Path, repository: Path) -> None:
    java = find_java()
    maven = shutil.which("mvn")
    if maven is None:
        raise NoMaven(needed="mvn, to fetch Kafka's jars")
    command: list[str | Path] = [
        *(maven, "--batch-mode", "--quiet", "--file", HERE / "pom.xml", "dependency:copy-dependencies"),
        # a repository of its own: the account may have no home, and an interrupted run spoils nothing
        *(f"-Dmaven.repo.local={repository}", "-DincludeScope=runtime", f"-DoutputDirectory={into}"),
    ]
    env = os.environ | {"JAVA_HOME": str(java_home(java))}
    done = subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise JarsUnavailable(folder=str(into), reason=said[0] if said else f"mvn ended with {done.returncode}")


def wrong_jars(folder: Path) -> str | None:
    """What is wrong with the jars there; None when each is the pinned one and there is no other."""
    pins = _pins()
    there = {path.name for path in folder.glob("*.jar")}
    if missing := pins.keys() - there:
        return f"{len(missing)} of {len(pins)} jars are missing"
    if strange := there - pins.keys():
        return f"{min(strange)} is not one of the pinned jars"
    for name, pin in pins.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != pin:
                return f"{name} differs from its pinned digest"
    return None


def _pins() -> Mapping[str, str]:
    lines = _PINS.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}
