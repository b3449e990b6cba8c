"""Every refusal as `application/problem+json` (RFC 9457): a code that never changes, what was wrong, where, and what to
do. Never a stack trace, never HTML.

`STATUSES` is the whole table. What is not in it is a mistake of ours: logged with its trace, answered without.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from werkzeug import exceptions

from baseplus.kernel import refusals as kernel
from baseplus.kernel.access import Forbidden, ForeignTenant, NotYourOwn
from baseplus.kernel.refusals import Invalid, KeyReused, Refusal, Rejected, Unavailable, VersionConflict
from infra.access.keyring import NOT_LET_IN
from infra.access.limits import TooManyRequests
from infra.http import refusals as http

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_MOST_MISTAKES = 100
_SOON = 2  # seconds after which something that was unavailable may be there again

STATUSES: Mapping[type[Refusal], int] = {
    http.MalformedRequest: 400,
    http.MalformedJson: 400,
    http.MalformedQuery: 400,
    http.MalformedHeader: 400,
    **dict.fromkeys(NOT_LET_IN, 401),
    ForeignTenant: 403,
    Forbidden: 403,
    NotYourOwn: 403,
    http.NoSuchPath: 404,
    http.BeyondHistory: 404,
    kernel.NotFound: 404,
    kernel.UnknownTenant: 404,
    http.MethodNotAllowed: 405,
    http.NotAcceptable: 406,
    kernel.TenantExists: 409,
    Rejected: 409,
    VersionConflict: 412,
    http.BodyTooLarge: 413,
    http.AddressTooLong: 414,
    http.JsonExpected: 415,
    http.ExpectationFailed: 417,
    Invalid: 422,
    KeyReused: 422,
    http.VersionNeeded: 428,
    TooManyRequests: 429,
    http.HeadersTooLarge: 431,
    http.InternalError: 500,
    http.TransferCodingUnknown: 501,
    Unavailable: 503,
}
"""The status of each refusal; a class that is not here has that of its parent."""


class Mistake(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wrong value: in the body (`pointer`, a JSON pointer), the query string (`parameter`) or a header. code: of
    the rule that refuses one of many commands."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    code: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457). `code` never changes its meaning; `detail` says what to do; `facts` are what was
    looked at; `request` is the id to tell the operator."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: tuple[Mistake, ...] = ()
    facts: Mapping[str, Any] = {}
    request: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """What a refusal is answered with: the document, and the headers that go with it."""

    problem: Problem
    headers: Mapping[str, str]

    @property
    def body(self) -> bytes:
        """The document."""
        return msgspec.json.encode(self.problem, enc_hook=str)


def answer(error: Exception, *, in_body: bool = True, request: str | None = None) -> Refused:
    """What an error is answered with. in_body: input comes from the body, and not from the query string."""
    refusal = _refusal(error)
    status = status_of(type(refusal))
    facts = _facts(refusal)
    problem = Problem(
        type=f"/problems/{refusal.code}",
        title=title_of(refusal.code),
        status=status,
        code=refusal.code,
        detail=_detail(refusal, facts),
        errors=tuple(islice(_mistakes(refusal, in_body), _MOST_MISTAKES)),
        facts=facts,
        request=request,
    )
    return Refused(problem, dict(_headers(refusal, status)))


def status_of(refusal: type[Refusal]) -> int:
    """The status that a refusal is answered with."""
    return next(STATUSES[kind] for kind in refusal.__mro__ if kind in STATUSES)


def title_of(code: str) -> str:
    """A code as people read it."""
    return code.replace("_", " ").capitalize()


def _refusal(error: Exception) -> Refusal:
    match error:
        case VersionConflict(facts={"expected": None}):
            return http.Busy(stream=error.facts.get("stream"))
        case Unavailable():
            log.warning("unavailable", extra={"code": error.code, **error.facts})
            return error
        case Refusal() if any(kind in STATUSES for kind in type(error).__mro__):
            return error
        case exceptions.NotFound():
            return http.NoSuchPath()
        case exceptions.MethodNotAllowed(valid_methods=methods):
            return http.MethodNotAllowed(allowed=sorted(methods or ()))
        case exceptions.RequestEntityTooLarge():
            return http.BodyTooLarge()
        case exceptions.BadRequest():
            return http.MalformedRequest(reason=error.description or "it cannot be read")
        case _:
            log.error("unexpected", exc_info=error)
            return http.InternalError()


def _facts(refusal: Refusal) -> dict[str, object]:
    match refusal:
        case Invalid():
            hidden = {"where", "reason"}  # `errors` has them
        case KeyReused():
            hidden = {"key"}  # as it is stored, which is not how it was sent
        case Unavailable():
            hidden = {"reason"}  # names addresses of ours; the log has it
        case _:
            hidden = set()
    return {name: value for name, value in refusal.facts.items() if name not in hidden}


def _detail(refusal: Refusal, facts: Mapping[str, object]) -> str:
    match refusal:
        case Invalid():
            many = (len(refusal.mistakes) if isinstance(refusal, http.Mistaken) else 1) + len(refusal.among)
            wrong = "1 value is wrong" if many == 1 else f"{many} values are wrong"
            return f"{wrong}: mend what `errors` names. Nothing was recorded."
        case Rejected(among=[_, _, *_] as among):
            return f"{len(among)} commands are refused: mend what `errors` names. Nothing was recorded."
        case Rejected():
            said = _sentence(str(refusal))
            return f"{said} Nothing was recorded: change what stands against it, and send it again."
        case _:
            said = f"{_sentence(str(refusal))} " if facts and not isinstance(refusal, Unavailable) else ""
            return said + _sentence(refusal.mend)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _mistakes(refusal: Refusal, in_body: bool) -> Iterator[Mistake]:
    yield from _wrong(refusal, in_body)
    for one in refusal.among:
        yield Mistake(str(one), pointer=f"/commands/{one.facts['command']}", code=one.code)


def _wrong(refusal: Refusal, in_body: bool) -> Iterator[Mistake]:
    match refusal:
        case http.Mistaken(mistakes=mistakes):
            for where, reason in mistakes:
                yield _mistake(where, reason, in_body)
        case Invalid(facts={"where": where, "reason": reason}):
            yield _mistake(str(where), str(reason), in_body)
        case http.MalformedHeader(facts={"header": header, "reason": reason}):
            yield Mistake(str(reason), header=str(header))
        case http.VersionNeeded():
            yield Mistake("is missing", header="If-Match")
        case KeyReused():
            yield Mistake("came with another request before", header="Idempotency-Key")


def _mistake(where: str, reason: str, in_body: bool) -> Mistake:
    if in_body:
        return Mistake(reason, pointer=where)
    return Mistake(reason, parameter=where.lstrip("/"))


def _headers(refusal: Refusal, status: int) -> Iterator[tuple[str, str]]:
    match refusal:
        case http.MethodNotAllowed(facts={"allowed": [*allowed]}):
            yield "Allow", ", ".join(map(str, allowed))
        case http.JsonExpected():
            yield "Accept-Post", "application/json"
        case VersionConflict(facts={"actual": actual}):
            yield "ETag", f'"{actual}"'
        case TooManyRequests(facts={"retry_after_s": seconds}):
            yield "Retry-After", str(seconds)
    if status == 401:
        yield "WWW-Authenticate", 'Bearer realm="baseplus"'
    if status == 503:
        yield "Retry-After", str(_SOON)
