"""The catalogue of the domain, `domain.md` in the shared design: the events and the rules that it names."""

from __future__ import annotations

import re
from pathlib import Path

_LONGEST_NAME = 100
_SENTENCE_ENDS = re.compile(r"[.;](?:\s|$)")


def read_catalogue(shared: Path) -> str:
    """The text."""
    return (shared / "design" / "domain.md").read_text("utf-8")


def capabilities(text: str) -> dict[str, str]:
    """What it says of each capability, by name."""
    sections = _section(text, "Capabilities").split("\n### ")[1:]
    return {section.split()[0]: section.partition("\n")[2] for section in sections}


def event_names(said: str) -> list[str]:
    """The events that a capability's text names, in its order: `AgreementSigned`, never a word like BBiG."""
    listed = re.split(r"\.(?:\s|$)", said, maxsplit=1)[0]
    return re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", listed)


def rules(said: str) -> list[str]:
    """The sentences of a capability's text after its list of events, each on one line and without what stands in
    brackets."""
    prose = re.split(r"\.(?:\s|$)", said, maxsplit=1)[1]
    return _sentences(prose)


def reactions(text: str) -> list[str]:
    """Each line of the table of reactions: `both certificates awarded: DualCertificationAchieved`."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", _section(text, "Reactions"), re.MULTILINE)
    return [f"{on}: {then}" for on, then in rows if on != "On"]


def _section(text: str, name: str) -> str:
    return re.split(r"^## ", text.partition(f"\n## {name}")[2], maxsplit=1, flags=re.MULTILINE)[0]


def _sentences(prose: str) -> list[str]:
    flat = re.sub(r"\s+", " ", re.sub(r"\s*\([^)]*\)", "", prose)).strip()
    flat = flat.removeprefix("Rules: ")
    return [one.strip() for one in _SENTENCE_ENDS.split(flat) if one.strip()]


def name_of_test(rule: str) -> str:
    """What the test of a rule is called: the sentence, or as many of its words as fit on a line."""
    name = "test"
    for word in re.findall(r"[a-z0-9_]+", rule.lower().replace("'", "")):
        if len(name) + len(word) >= _LONGEST_NAME:
            break
        name += f"_{word}"
    return name
