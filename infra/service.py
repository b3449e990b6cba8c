"""Servers that we start ourselves (PostgreSQL, Kafka): starting, stopping, and what can be wrong."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError

from baseplus.kernel.refusals import Refusal


class PortInUse(Refusal):
    """Another program listens there. Facts: what, port."""

    code = "port_in_use"
    mend = "choose another port, or stop the program that holds this one (ss -ltnp shows it)"


class CannotListen(Refusal):
    """The system does not let us listen there. Facts: what, address, reason."""

    code = "cannot_listen"
    mend = "choose an address of this machine and a port from 1024 on"


class ForeignData(Refusal):
    """The folder holds something that this program did not make, or cannot read any more. Facts: folder, reason."""

    code = "foreign_data_folder"
    mend = "name another folder in BASEPLUS_DATA, or move this one away"


class FolderUnwritable(Refusal):
    """The system does not let us write there. Facts: folder, reason."""

    code = "folder_not_writable"
    mend = "name a folder of your own in BASEPLUS_DATA, or make this one yours with chown"


class DiskFull(Refusal):
    """No room, or no more allowed. Facts: folder, reason."""

    code = "disk_full"
    mend = "free some space there, or name a folder on another disk in BASEPLUS_DATA"


class ServiceFailed(Refusal):
    """A server did not start, or does not answer. Facts: what, reason (end of its log), log (path)."""

    code = "service_failed"
    mend = "read the log that is named here, then start again"


class Account(NamedTuple):
    """An account of the operating system that a server runs as."""

    uid: int
    gid: int


# What a child runs before it becomes the server. Not `preexec_fn`, which may deadlock where the parent has threads; and
# not `user=`, since Python itself may lie where that account cannot read it. Giving up root clears the death signal, so
# that comes last; a parent that died before it was set is noticed by its pid.
_LAUNCH = """
import ctypes, os, sys
parent, death, uid, gid = map(int, sys.argv[1:5])
if uid >= 0:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
if death:
    ctypes.CDLL(None).prctl(1, death)
    if os.getppid() != parent:
        sys.exit(1)
os.execv(sys.argv[5], sys.argv[5:])
"""


def launch(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    account: Account | None = None,
    death_signal: signal.Signals | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own (Ctrl-C reaches us, and we stop it in order), its output added to `log`
    (None: it goes where ours goes).

    death_signal: what the kernel sends it when we die, however we die (Linux only). It is tied to the calling THREAD:
    call from one that lives as long as the server shall.
    """
    death = death_signal if death_signal is not None and sys.platform == "linux" else 0
    uid, gid = account if account is not None else (-1, -1)
    numbers = [str(int(number)) for number in (os.getpid(), death, uid, gid)]
    with log.open("ab") if log is not None else nullcontext() as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCH, *numbers, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env=env,
        )


def end(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds for the end; SIGKILL at last. Nothing is left of the process."""
    for number, seconds in steps:
        if process.poll() is None:
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
    process.kill()
    process.wait()


def ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait at most so long for the end of the process."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def require_port(port: int, what: str, host: str = "127.0.0.1") -> None:
    """Raises PortInUse when the port is taken, CannotListen when there is another obstacle."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as one:
            # as servers do: connections that linger after their end are no obstacle, a listener is
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(what=what, port=port) from None
        raise CannotListen(what=what, address=f"{host}:{port}", reason=error.strerror) from None


def asked(url: str, patience: float = 5.0) -> dict[str, Any] | None:
    """The JSON object that a process of ours answers, whatever the status; None where there is none. patience: seconds.

    By itself: no proxy of the environment stands between us and our own.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        try:
            with direct.open(url, timeout=patience) as answer:
                told = json.load(answer)
        except HTTPError as error:
            told = json.load(error)
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turns the system's errors while we write to a folder into refusals."""
    try:
        yield
    except OSError as error:
        raise _refusal(folder, error) from error


def _refusal(folder: Path, error: OSError) -> Refusal:
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(folder=str(folder), reason=reason)
    return FolderUnwritable(folder=str(folder), reason=reason)


def failure(what: str, folder: Path, log: Path, tail: str) -> Refusal:
    """The refusal that fits what a server said last."""
    lines = [line for line in tail.splitlines() if line.strip()]
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS, errno.EPERM):
        text = os.strerror(number)
        if any(text in line for line in lines):
            return _refusal(folder, OSError(number, text))
    return ServiceFailed(what=what, reason=lines[-1].strip() if lines else "it said nothing", log=str(log))


def log_size(log: Path) -> int:
    """How many bytes it has; whoever is started now says what comes after them."""
    with suppress(OSError):
        return log.stat().st_size
    return 0


def log_tail(log: Path, since: int, size: int = 8192) -> str:
    """The last bytes of a log, as text, of those after `since`: what ended an earlier run explains nothing."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - size))
        return file.read().decode(errors="replace")
    return ""
