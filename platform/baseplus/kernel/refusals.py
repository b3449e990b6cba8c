"""Refusals: a code that never changes, the facts, and the way out. Nothing was recorded when one is raised.

Every error that a user can cause is one of these, so that HTTP (problem+json) and the command line (one line) can
print it without knowing where it came from.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all refusals. `code` is stable; `facts` are JSON-able; `mend` says what to do about it.

    among: where several of many commands were refused, each refusal, with the fact `command`: its index, from 0.
    """

    code: str
    mend: ClassVar[str] = ""
    among: tuple[Refusal, ...] = ()

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        said = ", ".join(
            _plain(value) if name in _SPEAK_FOR_THEMSELVES else f"{name} {_plain(value)}"
            for name, value in self.facts.items()
        )
        sentence = self.code.replace("_", " ")
        return f"{sentence}: {said}" if said else sentence

    def __reduce__(self) -> tuple[object, ...]:  # keyword arguments do not survive pickling otherwise
        return _rebuild, (type(self), self.code, self.facts)


class Rejected(Refusal):
    """The rules of the domain say no: `raise Rejected("mentor_at_capacity", mentor=mentor, capacity=6)`."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(**facts)
        self.code = code


class VersionConflict(Refusal):
    """Somebody else wrote to the stream first. Facts: stream, expected (version)."""

    code = "version_conflict"
    mend = "read it again, and repeat the command for its version now: the fact `actual`, over HTTP also the ETag"


class KeyReused(Refusal):
    """The idempotency key was used before, for another request. Facts: key."""

    code = "idempotency_key_reused"
    mend = "use a new key for a new request"


class UnknownTenant(Refusal):
    """No such tenant. Facts: tenant."""

    code = "unknown_tenant"
    mend = "register it with: baseplus tenant add"


class TenantExists(Refusal):
    """The tenant is registered already. Facts: tenant."""

    code = "tenant_exists"


class UnknownEventType(Refusal):
    """A stored type that this program has no class for. Facts: type."""

    code = "unknown_event_type"
    mend = "run a version of the program that knows it"


class UnreadableEvent(Refusal):
    """Stored data that its class cannot read. Facts: type, reason."""

    code = "unreadable_event"
    mend = "add an upcast for the stored shape"


class NotFound(Refusal):
    """No such thing. Facts: what was looked for."""

    code = "not_found"
    mend = "look its id up in the list"


class Invalid(Refusal):
    """Input that has the wrong form. Facts: where (a JSON pointer, or line and column) and reason."""

    code = "invalid_input"


class Unavailable(Refusal):
    """A part we need does not answer; the same request may work later. Facts: what, reason."""

    code = "unavailable"
    mend = "try again with the same idempotency key"


_SPEAK_FOR_THEMSELVES = frozenset({"what", "where", "reason"})


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return " and ".join(str(part) for part in sorted(value, key=str)) or "none"
    return str(value)


def _rebuild(kind: type[Refusal], code: str, facts: dict[str, object]) -> Refusal:
    return kind(code, **facts) if kind is Rejected else kind(**facts)
