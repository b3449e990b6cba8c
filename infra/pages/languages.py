"""The languages of the pages: which one a reader gets, its texts, and how it writes numbers and days.

A text stands in English where it is used, `_("Sign in")`, and its translations in `locale/<language>.po`, read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request

LANGUAGES: Mapping[str, str] = {"en": "English", "zh-CN": "中文"}
"""The languages, as HTML names them, and as their readers do. The first one is that of the texts in the program."""

COOKIE = "baseplus_language"
_CATALOGUES = Path(__file__).with_name("locale")
# British: the day comes before the month, as in the rest of the world
_MONTHS = {"en": "MMM yy", "zh-CN": "yy/M"}
_LOCALES = {"en": "en_GB", "zh-CN": "zh_Hans_CN"}


@dataclass(frozen=True)
class Language:
    """A language to write in. tag: as HTML names it."""

    tag: str
    locale: Locale
    texts: NullTranslations

    @property
    def other(self) -> str:
        """The language to offer instead."""
        return next(tag for tag in LANGUAGES if tag != self.tag)


@cache
def language(tag: str) -> Language:
    """The language called `tag`, one of LANGUAGES."""
    return Language(tag, Locale.parse(_LOCALES[tag]), _texts(tag))


def _texts(tag: str) -> NullTranslations:
    file = catalogue(tag)
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        catalog = read_po(source, locale=tag.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def catalogue(tag: str) -> Path:
    """The file with the translations into a language. The language of the program's own texts has none."""
    return _CATALOGUES / f"{tag}.po"


def chosen() -> Language:
    """The reader's language: the one they chose, else the one that their browser prefers, else English."""
    if not has_request_context():
        return language("en")
    if "language" not in g:
        asked = request.cookies.get(COOKIE, "")
        best = asked if asked in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES))
        g.language = language(best or next(iter(LANGUAGES)))
    found = g.language
    assert isinstance(found, Language)
    return found


def gettext(text: str, /, **facts: object) -> str:
    """The text in the reader's language, with the facts put in: `_("in %(days)s days", days=3)`."""
    said = chosen().texts.gettext(text)
    return said % facts if facts else said


def ngettext(one: str, many: str, n: int, /, **facts: object) -> str:
    """The text for so many, `%(num)s` being how many."""
    return chosen().texts.ngettext(one, many, n) % {"num": number(n), **facts}


def mark(text: str) -> str:
    """A text that is shown elsewhere, by `_(text)`: marked here so that it is translated."""
    return text


def joined(parts: Iterable[str]) -> str:
    """The parts in a line, with the reader's comma between them."""
    return gettext(", ").join(parts)


def day(value: date) -> str:
    """A day as readers write it: 1 Sep 2025."""
    return dates.format_date(value, "medium", locale=chosen().locale)


def short_day(value: date) -> str:
    """A day: 1 Sep; with its year where that is not this one."""
    if value.year != date_today().year:
        return day(value)
    return dates.format_skeleton("MMMd", value, locale=chosen().locale)


def long_day(value: date) -> str:
    """A day in full, with its weekday."""
    return dates.format_date(value, "full", locale=chosen().locale)


def month(value: date) -> str:
    """A month, as short as it gets: Sep 24."""
    language = chosen()
    return dates.format_date(value, _MONTHS[language.tag], locale=language.locale)


def moment(value: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{day(value)} {value:%H:%M:%S}"


def brief(value: datetime) -> str:
    """A time in UTC, to the second, without its year where that is this one."""
    return f"{short_day(value)} {value:%H:%M:%S}"


def clock(value: datetime) -> str:
    """The hour and minute of a time in UTC; with its day where that is not today."""
    return f"{value:%H:%M}" if value.date() == date_today() else f"{short_day(value)} {value:%H:%M}"


def date_today() -> date:
    """Today, as the rules see it: in UTC."""
    return datetime.now(dates.UTC).date()


def number(value: float | Decimal) -> str:
    """A number with the reader's separators, with at most two places."""
    return numbers.format_decimal(value, "#,##0.##", locale=chosen().locale)


def apart(value: date, today: date) -> str:
    """How far a day is from today, in words."""
    days = (value - today) // timedelta(days=1)
    if days < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    if days <= 1:
        return gettext("tomorrow") if days else gettext("today")
    return ngettext("in %(num)s day", "in %(num)s days", days)
