"""What HTTP itself refuses, before or beside the rules. Each says what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from baseplus.kernel.refusals import Invalid, Refusal, Unavailable


class Wrong(NamedTuple):
    """One wrong value. where: a JSON pointer into the body, or the name of a query parameter."""

    where: str
    reason: str


class Mistaken(Invalid):
    """Input with mistakes, all of them. Facts: where and reason of the first."""

    def __init__(self, mistakes: Iterable[Wrong]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(**self.mistakes[0]._asdict())


class NoSuchPath(Refusal):
    """Nothing is served at this path."""

    code = "no_such_path"
    mend = "look the path up in /openapi.json; GET /v1 says where to begin"


class BeyondHistory(Refusal):
    """The history has not come so far: the position is another tenant's, or of none. Facts: after, ends."""

    code = "beyond_the_history"
    mend = "go on after the last Feed-Position that this tenant's feed gave, or begin with 0"


class MethodNotAllowed(Refusal):
    """The path is there, but not for this method. Facts: method, allowed."""

    code = "method_not_allowed"
    mend = "use a method that the header Allow names"


class NotAcceptable(Refusal):
    """The answer comes in none of the media types that the header Accept asks for. Facts: offered."""

    code = "not_acceptable"
    mend = "leave Accept out, or name a media type that is offered"


class BodyTooLarge(Refusal):
    """The body is larger than a request may be. Facts: limit_bytes."""

    code = "body_too_large"
    mend = "send less at a time: many commands go into several requests to /bulk"


class JsonExpected(Refusal):
    """The body is not declared to be JSON. Facts: content_type."""

    code = "json_expected"
    mend = "send JSON in UTF-8 with Content-Type: application/json"


class MalformedJson(Refusal):
    """The body is not JSON that can be read in one way only. Facts: reason."""

    code = "malformed_json"
    mend = "send one JSON object in UTF-8, each name once, without NaN or Infinity"


class MalformedQuery(Refusal):
    """The query string is not UTF-8 in percent-encoding. Facts: reason."""

    code = "malformed_query"
    mend = "percent-encode each name and value as UTF-8"


class MalformedHeader(Refusal):
    """A header that we read has the wrong form. Facts: header, reason."""

    code = "malformed_header"
    mend = "send the header in the form that the reason says, or leave it out"


class VersionNeeded(Refusal):
    """The command is for a version that the sender has seen, and does not say which. Facts: header."""

    code = "version_needed"
    mend = 'send If-Match with the ETag that the last answer about it had, like "3"'


class Busy(Unavailable):
    """Others change the same thing at the same time, again and again. Facts: stream."""

    code = "busy"
    mend = "send it again in a moment, with the same idempotency key"


class ViewsBehind(Unavailable):
    """The read models have not folded the tenant's history as far as the read must see. Facts: what, reason."""

    code = "views_behind"
    mend = "ask again in a moment; where it stays so, no worker runs: tell the operator"


class InternalError(Refusal):
    """A mistake of ours. It is in the log under the request's id. Facts: none."""

    code = "internal_error"
    mend = (
        "send it again with the same Idempotency-Key, which is safe; if it comes back, tell the operator the request id"
    )


class MalformedRequest(Refusal):
    """What arrived is not HTTP that can be read in one way only. Facts: reason."""

    code = "malformed_request"
    mend = "send HTTP/1.1 as RFC 9112 has it; a client library does"


class AddressTooLong(Refusal):
    """The request line is longer than 8,190 bytes."""

    code = "address_too_long"
    mend = "send a shorter path and query string"


class HeadersTooLarge(Refusal):
    """A header is longer than 8,190 bytes, or there are more than 100."""

    code = "headers_too_large"
    mend = "send fewer and shorter headers"


class TransferCodingUnknown(Refusal):
    """The header Transfer-Encoding names a coding that is not read here."""

    code = "transfer_coding_unknown"
    mend = "send the body with Content-Length, or in chunks"


class ExpectationFailed(Refusal):
    """The header Expect asks for something else than 100-continue."""

    code = "expectation_failed"
    mend = "leave the header Expect out"
