"""`python -m tests.pages`: add the texts that the catalogues lack, and drop those that nobody shows."""

from __future__ import annotations

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from infra.pages.languages import LANGUAGES, catalogue
from tests.pages.texts import catalogue as collected
from tests.pages.texts import every_text


def said(message: Message) -> bool:
    """Whether it is translated."""
    return all(message.string) if message.pluralizable and message.string else bool(message.string)


def main() -> None:
    wanted = collected(every_text())
    for tag in list(LANGUAGES)[1:]:
        file, locale = catalogue(tag), tag.replace("-", "_")
        if file.exists():
            with file.open("rb") as source:
                found = read_po(source, locale=locale)
        else:
            found = Catalog(locale=locale, charset="utf-8")
        found.update(wanted, no_fuzzy_matching=True)
        found.obsolete.clear()
        with file.open("wb") as target:
            write_po(target, found, width=120, omit_header=False, no_location=True, sort_output=True)
        missing = [one.id for one in found if one.id and not said(one)]
        print(f"{file.name}: {len(found)} texts, {len(missing)} to be translated")
        for text in missing:
            print("  ", text)


if __name__ == "__main__":
    main()
