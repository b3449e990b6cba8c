from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from infra.pages import languages
from infra.pages.forms.sentences import SAID
from infra.pages.languages import LANGUAGES, catalogue
from infra.pages.site import FORMS
from tests.pages.__main__ import said
from tests.pages.texts import every_text, refusal_codes
from tests.pages.town import Town

TRANSLATED = list(LANGUAGES)[1:]
_FACT = re.compile(r"%\((\w+)\)s")


def messages(tag: str) -> dict[str, Message]:
    with catalogue(tag).open("rb") as source:
        found = read_po(source, locale=tag.replace("-", "_"))
    return {one.id if isinstance(one.id, str) else one.id[0]: one for one in found if one.id}


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_text_of_the_pages_is_translated(tag: str) -> None:
    known = messages(tag)
    texts = {text if isinstance(text, str) else text[0] for text in every_text()}

    assert sorted(text for text in texts if text not in known or not said(known[text])) == []
    assert sorted(set(known) - texts) == [], "nobody shows these: python -m tests.pages drops them"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_says_the_same_facts(tag: str) -> None:
    for text, message in messages(tag).items():
        wanted = set(_FACT.findall(text)) | ({"num"} if message.pluralizable else set())
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        for string in strings:
            assert set(_FACT.findall(str(string))) == wanted, text
            assert "%" not in _FACT.sub("", str(string)).replace("%%", ""), text


def test_every_refusal_of_a_form_has_a_sentence() -> None:
    folders = {Path(str(sys.modules[form.command.__module__].__file__)).parent for form in FORMS}
    codes = refusal_codes(*folders)

    assert sorted(codes - set(SAID)) == []


def test_a_day_is_written_as_its_readers_write_it(qinglan: Town) -> None:
    written = {}
    for tag in LANGUAGES:
        with qinglan.app.test_request_context(headers={"Accept-Language": tag}):
            qinglan.app.preprocess_request()
            written[tag] = (languages.day(date(2026, 11, 3)), languages.number(41280))

    assert written == {"en": ("3 Nov 2026", "41,280"), "zh-CN": ("2026年11月3日", "41,280")}


@pytest.mark.parametrize(
    ("asked", "given"),
    [("zh-CN,zh;q=0.9", "zh-CN"), ("zh", "zh-CN"), ("de,en;q=0.5", "en"), ("fr", "en"), ("", "en"), ("en-US", "en")],
)
def test_a_reader_gets_the_language_that_their_browser_asks_for(qinglan: Town, asked: str, given: str) -> None:
    page = qinglan.stranger().page("/", headers={"Accept-Language": asked})

    assert page.html is not None
    assert page.html["lang"] == given


def test_a_chosen_language_is_remembered(qinglan: Town) -> None:
    reader = qinglan.reader()

    answer = reader.get("/language/zh-CN?next=/t/qinglan/agreements")

    assert (answer.status_code, answer.location) == (303, "/t/qinglan/agreements")
    page = reader.page("/t/qinglan/agreements")
    assert page.html is not None
    assert page.html["lang"] == "zh-CN"
    assert [one.text for one in page.select("h1")] == ["协议"]
    assert page.select_one("a[hreflang=en]") is not None, "there is no way back"


def test_no_other_language_can_be_chosen(qinglan: Town) -> None:
    assert qinglan.stranger().get("/language/tlh").status_code == 404


def test_a_line_is_put_together_as_its_readers_write_it(qinglan: Town) -> None:
    def seen(path: str, tag: str) -> str:
        return " ".join(qinglan.reader().page(path, headers={"Accept-Language": tag}).get_text(" ").split())

    record = seen("/t/qinglan/apprentices/shen", "zh-CN")
    assert "Gao Mingze，此前：Xu Anqi" in record
    assert "版本 1：学校 79.4，企业 96.15" in record
    assert re.search(r"\d\d/\d+ \d\d/\d+ \d\d/\d+", record), "months stand beside each other on an axis"
    assert "role staff" in seen("/t/qinglan/", "en")
    assert "角色 学校人员" in seen("/t/qinglan/", "zh-CN")


def test_a_page_that_is_in_english_says_so_to_whoever_reads_another_language(qinglan: Town) -> None:
    note = "以下内容与接口本身一样，均为英文。"

    assert note in qinglan.stranger().get("/api", headers={"Accept-Language": "zh-CN"}).text
    assert "What follows is in English" not in qinglan.stranger().get("/api").text
