"""The page of all codes that a problem may have."""

from __future__ import annotations

from collections.abc import Iterator

from infra.http.catalogue import Code, catalogue

_HEAD = """\
# What each code means

Made by `make reference`. Every error over HTTP is a problem document (RFC 9457); its `code` never changes its meaning,
and its `type` leads to `/problems/<code>`. `errors` names wrong values, each by JSON pointer, parameter or header;
`facts` are what was looked at; `request` is the id to tell the operator. Nothing was recorded.

What is not HTTP at all the server refuses before any path is looked at: 400, 414, 417, 431 and 501 as below. Only who
breaks off, or speaks TLS to a port without it, may get no answer that it can read.
"""


def problems_page() -> str:
    """The whole page, in Markdown."""
    known = list(catalogue().values())
    rules = [code for code in known if code.capabilities]
    others = [code for code in known if not code.capabilities]
    return "\n".join([_HEAD, *_of_http(others), "", *_of_rules(rules), ""])


def _of_http(codes: list[Code]) -> Iterator[str]:
    yield "## Of HTTP"
    yield ""
    yield "| status | code | what it means | what to do |"
    yield "|---|---|---|---|"
    for code in codes:
        yield f"| {code.status} | `{code.code}` | {code.meaning} | {code.mend or 'mend what `errors` names'} |"


def _of_rules(codes: list[Code]) -> Iterator[str]:
    yield "## Of the rules"
    yield ""
    yield "All are answered with 409. Change what stands against it, as the facts say, and send it again."
    yield ""
    yield "| code | whose rules | what is told with it |"
    yield "|---|---|---|"
    for code in codes:
        facts = ", ".join(f"`{fact}`" for fact in code.facts) or "–"
        yield f"| `{code.code}` | {', '.join(name.replace('_', ' ') for name in code.capabilities)} | {facts} |"
