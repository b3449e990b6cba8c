"""Refusals in the reader's words, and the field that each concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from baseplus.kernel.refusals import Invalid, Refusal
from infra.http.refusals import Mistaken
from infra.pages.forms.controls import words_of
from infra.pages.forms.sentences import CONCERNS, SAID
from infra.pages.languages import gettext as _
from infra.pages.languages import joined, mark

MISSING = mark("Fill this in.")
_FORM = mark("It must be %(form)s.")
_BETWEEN = mark("Between %(least)s and %(most)s are needed.")


class Concern(NamedTuple):
    """Something that is not right. where: a pointer to the value it concerns; empty: to the whole."""

    where: str
    said: str


def explain(refusal: Refusal, fields: Iterable[str], labels: Mapping[str, str] | None = None) -> list[Concern]:
    """A refusal in the reader's words. fields: the command's. labels: what values are called: `m-7` is Gao Mingze."""
    match refusal:
        case Mistaken(mistakes=mistakes):
            return [Concern(where, _reason(reason)) for where, reason in mistakes]
        case Invalid(facts={"where": where, "reason": reason}):
            return [Concern(str(where), _reason(str(reason)))]
        case _:
            named = next((f"/{fact}" for fact in refusal.facts if fact in set(fields)), "")
            return [Concern(CONCERNS.get(refusal.code, named), said(refusal.code, refusal.facts, labels or {}))]


def said(code: str, facts: Mapping[str, object], labels: Mapping[str, str] | None = None) -> str:
    """The sentence of a refusal. A code that has none says its words."""
    shown = {name: _fact(value, labels or {}) for name, value in facts.items()}
    sentence = SAID.get(code)
    return _(sentence, **shown) if sentence else f"{words_of(code)}."


def _fact(value: object, labels: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return joined(_fact(one, labels) for one in sorted(value, key=str))
    word = str(value)
    if word in labels:
        return labels[word]
    return _(word.replace("_", " ").capitalize()) if re.fullmatch(r"[a-z_]+", word) else word


def plain_form(form: str) -> str:
    """What a value looks like, for somebody who fills in a form: only JSON has quotes around it."""
    return form.replace(" in quotes", "")


def _reason(reason: str) -> str:
    if reason == "is missing":
        return _(MISSING)
    if found := re.fullmatch(r"must hold (\d+) to (\d+) values, not \d+", reason):
        return _(_BETWEEN, least=found[1], most=found[2])
    if reason.startswith("must be "):
        return _(_FORM, form=_(plain_form(reason.removeprefix("must be "))))
    return _(reason)
