"""What each page shows, and how it is built: for people who see it, and for those to whom it is read out."""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from msgspec import structs

from infra.pages.needs import Owed
from infra.pages.today import kept
from infra.postgres.database import Database
from infra.wiring import ROUTES
from projections.agreements.queries import ShowAgreement, one_agreement
from projections.agreements.views import AgreementRow, ObligationRow
from tests.pages.town import DRAFTED, IN_FORCE, QINGLAN, TO_SIGN, Reader, Town, texts, town

PAGES = [
    "/t/qinglan/",
    "/t/qinglan/?state=late",
    "/t/qinglan/agreements",
    f"/t/qinglan/agreements/{IN_FORCE}",
    f"/t/qinglan/agreements/{TO_SIGN}",
    f"/t/qinglan/agreements/{DRAFTED}",
    "/t/qinglan/agreements/new",
    f"/t/qinglan/agreements/{DRAFTED}/clauses",
    f"/t/qinglan/agreements/{TO_SIGN}/sign",
    "/t/qinglan/apprentices",
    "/t/qinglan/apprentices/shen",
    "/t/qinglan/apprentices/ren/mentors",
    "/t/qinglan/apprentices/fan/assess",
    "/t/qinglan/mentors",
    "/t/qinglan/mentors/new",
    "/t/qinglan/history",
    "/t/qinglan/history?at=12",
    "/t/qinglan/find?q=metrology",
    "/benchmarks",
    "/api",
    "/account",
]


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def reader(qinglan: Town, request: pytest.FixtureRequest) -> Reader:
    """A member of the staff, in each language."""
    reader = qinglan.reader()
    reader.get(f"/language/{request.param}")
    return reader


@pytest.mark.parametrize("path", ["/", *PAGES])
def test_a_page_is_built_so_that_it_can_be_read_out(reader: Reader, path: str) -> None:
    page = (
        reader.page(path) if path != "/" else BeautifulSoup(reader.get("/", follow_redirects=True).text, "html.parser")
    )

    assert page.html is not None
    assert page.html["lang"] in ("en", "zh-CN")
    assert len(page.select("h1")) == 1
    assert len(page.select("main#main")) == 1
    assert page.title is not None
    assert page.title.text.endswith(" · Baseplus")
    assert str(page.select("body > a")[0]["href"]) == "#main", "the first link skips what stands around the page"
    ids = [str(one["id"]) for one in page.select("[id]")]
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
    levels = [int(one.name[1]) for one in page.select("main :is(h1, h2, h3)")]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels)), levels
    for section in page.select("section[aria-labelledby]"):
        assert page.select_one(f"#{section['aria-labelledby']}") is not None
    for table in page.select("table"):
        assert table.select("thead th"), "a table without headings"
    for one in page.select("a, button"):
        assert one.get_text(strip=True) or one.get("aria-label"), one


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label_and_what_describes_it_is_there(reader: Reader, path: str) -> None:
    page = reader.page(path)
    for field in page.select("input:not([type=hidden]), select, textarea"):
        labelled = field.find_parent("label") or page.select_one(f"label[for='{field.get('id')}']")
        assert labelled is not None, field
        for described in str(field.get("aria-describedby", "")).split():
            assert page.select_one(f"[id='{described}']") is not None, described


@pytest.mark.parametrize("path", PAGES)
def test_every_drawing_says_its_figures_or_keeps_silent(reader: Reader, path: str) -> None:
    for drawing in reader.page(path).select("svg"):
        if drawing.find_parent("svg"):
            continue
        if drawing.get("aria-hidden") == "true":
            continue
        assert drawing["role"] == "img"
        label = str(drawing["aria-label"])
        assert len(label) > 4, label
        shapes = {shape["class"][0] for shape in drawing.select("[class]")}
        if shapes - {"trace", "later"}:
            assert re.search(r"\d|nobody|Nobody|无人|[A-Z]\w+|[\u4e00-\u9fff]", label), label


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_one_language_has_no_text_of_the_other(reader: Reader, path: str) -> None:
    page = reader.page(path)
    assert page.html is not None
    if page.html["lang"] == "en":
        for one in page.select("[lang]"):
            if one is not page.html:
                one.decompose()
        assert not re.search("[\u4e00-\u9fff]", page.get_text())
    else:
        assert page.select_one("h1") is not None
        assert "%(" not in page.get_text()


def test_today_says_what_needs_somebody_and_why(qinglan: Town) -> None:
    page = qinglan.reader().page("/t/qinglan/")

    assert texts(page, "#tally li") == ["1 late", "2 at risk", "4 due", "0 to sign"]
    rows = texts(page, "#queue tbody tr")
    assert len(rows) == 7
    assert rows[0].startswith("Late Guide each apprentice 16 hours a month.")
    assert any("No enterprise master for Ren Haoyu" in row for row in rows)
    assert any("Gao Mingze is at capacity" in row for row in rows)
    assert any("Assessments of Shen Yutong are 16.75 points apart" in row for row in rows)
    (chart,) = page.select("#kept svg[role=img]")
    assert str(chart["aria-label"]).startswith("Joint training of drive technology apprentices: ")
    assert texts(page, "#load th[scope=row]") == ["Gao Mingze", "Xu Anqi", "He Ruolin", "Lu Shiyuan"]


def test_today_shows_one_state_alone_and_says_how_to_drop_the_filter(qinglan: Town) -> None:
    reader = qinglan.reader()

    assert {texts(row, ".badge")[0] for row in reader.page("/t/qinglan/?state=risk").select("#queue tbody tr")} == {
        "At risk"
    }
    empty = reader.page("/t/qinglan/?state=nothing")
    assert texts(empty, "#queue .empty h3") == ["Nothing is “nothing”"]
    assert texts(empty, "#queue .empty a") == ["Drop all filters"]


def test_an_agreement_shows_what_was_promised_and_what_came_of_it(qinglan: Town) -> None:
    page = qinglan.reader().page(f"/t/qinglan/agreements/{IN_FORCE}")

    assert texts(page, "[role=status]") == ["In force"]
    states = texts(page, "#kept .rows .badge")
    assert (states[0], states[1], states[4]) == ("Fulfilled", "Breached", "Right")
    assert "Guidance given" not in states
    assert texts(page, ".note.late h2")[0].startswith("Clause 2 was breached on ")
    assert texts(page, "#signatures .badge") == ["All 3 parties signed the same text"]
    labels = [str(one["aria-label"]) for one in page.select("#kept svg[role=img]")]
    assert "Guide each apprentice 16 hours a month.: 3 on time, 1 cured, 1 breached, 1 open" in labels
    sides = [one.get("class") for one in page.select("#signatures li")]
    assert sides == [["school"], ["work"], None], "shape says whose it is"


def test_an_apprentice_s_record_puts_both_sides_beside_each_other(qinglan: Town) -> None:
    page = qinglan.reader().page("/t/qinglan/apprentices/shen")

    assert texts(page, "#assessed h2") == ["CNC machinist, level 4, version 1: school 79.4, enterprise 96.15"]
    labels = [str(one["aria-label"]) for one in page.select("#assessed svg[role=img]")]
    assert "Set up machine and tooling: school 78, enterprise 99, gap 21" in labels
    assert texts(page, "#assessed td b") == ["21", "17", "17"], "what is far apart stands out"
    spans = [str(one["aria-label"]) for one in page.select("#spans svg[role=img]")]
    assert "Enterprise master: Gao Mingze, before: Xu Anqi" in spans
    happened = dict(zip(texts(page, "#timeline b"), texts(page, "#timeline small"), strict=True))
    assert "Xu Anqi to Gao Mingze" in happened["Mentor reassigned"]


def test_a_benchmark_shows_bands_and_oneself_and_never_another_university(qinglan: Town) -> None:
    page = qinglan.reader().page("/benchmarks")

    assert texts(page, "#h-groups") == ["In 1 of 2 groups you are in the better two fifths of your peers"]
    charts = page.select("tbody svg.chart")
    assert [len(chart.select(".own")) for chart in charts] == [1, 1, 1], "one diamond each, and no other mark"
    assert [str(chart["aria-label"]) for chart in charts] == [
        "Level 2: you 86 %, peers p20 79, p40 84, p60 88, p80 93",
        "Level 3: you 91 %, peers p20 82, p40 86, p60 89, p80 94",
        "Level 4: you 75 %, peers not shown",
    ]
    (withheld,) = page.select("tbody .none")
    assert withheld.name == "rect"
    reason = texts(page, "#why")[0]
    assert not re.search(r"\d|few", reason), "the reason names a threshold"


def test_the_history_is_read_as_it_stood_at_a_position(qinglan: Town) -> None:
    reader = qinglan.reader()
    page = reader.page("/t/qinglan/history?at=12")

    assert texts(page, "tbody tr[aria-selected=true] th") == ["#12"]
    assert texts(page, "#h-one") == ["Agreement took effect #12"]
    assert "Digest" in texts(page, ".facts dt")
    assert "past" in page.select_one(".asof")["class"]  # type: ignore[index]
    row = page.select_one("#e12")
    assert row is not None
    links = {str(one["href"]) for one in row.select("a")}
    assert f"/t/qinglan/history?stream=agreements/{IN_FORCE}" in links
    assert "/t/qinglan/history?at=12#e12" in links, "its own address, for ever"


def test_the_history_is_filtered_by_stream_and_type(qinglan: Town) -> None:
    reader = qinglan.reader()

    signed = reader.page("/t/qinglan/history?type=agreements.agreement_signed")
    assert set(texts(signed, "tbody code")) >= {"agreements.agreement_signed.v1"}
    assert all("Agreement signed" in row for row in texts(signed, "tbody tr"))
    one = reader.page(f"/t/qinglan/history?stream=agreements/{TO_SIGN}")
    assert len(one.select("tbody tr")) == 4
    none = reader.page("/t/qinglan/history?stream=nothing")
    assert texts(none, ".empty h3") == ["No event matches"]


def test_no_name_of_a_person_is_in_the_history(qinglan: Town) -> None:
    reader = qinglan.reader()
    positions = [row["Position"] for row in _history(reader, "apprenticeships")]

    for position in positions:
        page = reader.page(f"/t/qinglan/history?at={position}")
        assert not any(name in page.get_text() for name in ("Shen", "Bai", "Fan Q", "Ren H", "Gao")), position


def _history(reader: Reader, stream: str) -> list[dict[str, str]]:
    page = reader.page(f"/t/qinglan/history?stream={stream}")
    return [{"Position": texts(row, "th")[0].removeprefix("#")} for row in page.select("tbody tr")]


def test_a_long_history_is_read_a_page_at_a_time(qinglan: Town) -> None:
    reader = qinglan.reader()
    first = reader.page("/t/qinglan/history")
    (further,) = first.select("a[rel=next]")

    second = reader.page(str(further["href"]))

    last, next_one = texts(first, "tbody th")[-1], texts(second, "tbody th")[0]
    assert int(last[1:]) - 1 == int(next_one[1:])


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("#12", r"/t/qinglan/history\?at=12#e12"),
        ("12", r"/t/qinglan/history\?at=12#e12"),
        (IN_FORCE, f"/t/qinglan/agreements/{IN_FORCE}"),
        (IN_FORCE.upper(), f"/t/qinglan/agreements/{IN_FORCE}"),
    ],
)
def test_what_is_looked_for_is_found(qinglan: Town, asked: str, path: str) -> None:
    answer = qinglan.reader().get("/t/qinglan/find", query_string={"q": asked})

    assert re.fullmatch(path, answer.location)


def test_a_part_of_a_title_finds_agreements_and_nonsense_nothing(qinglan: Town) -> None:
    reader = qinglan.reader()

    assert texts(reader.page("/t/qinglan/find?q=Metrology"), "#main li a") == ["Metrology for castings"]
    assert texts(reader.page("/t/qinglan/find?q=yutong"), "#main li a") == ["Shen Yutong"]
    for nonsense in ("zzz", "", "#0", "%00", "\x00", "%"):
        page = BeautifulSoup(reader.get("/t/qinglan/find", query_string={"q": nonsense}).text, "html.parser")
        assert texts(page, ".empty h2") == ["Nothing of this name"], repr(nonsense)


def test_a_search_reads_what_it_finds_and_nothing_else(qinglan: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, rows, read = qinglan.reader(), qinglan.parts.reader.rows, list[object]()

    def noted(*asked: Any, **more: Any) -> list[Any]:
        found = rows(*asked, **more)
        read.extend(found)
        return found

    monkeypatch.setattr(qinglan.parts.reader, "rows", noted)
    reader.page("/t/qinglan/find?q=Metrology")

    assert [row.id for row in read if isinstance(row, AgreementRow)] == [TO_SIGN]


class Counted(list[ObligationRow]):
    """How often somebody went through it."""

    passes = 0

    def __iter__(self) -> Iterator[ObligationRow]:
        self.passes += 1
        return super().__iter__()


def test_what_is_owed_is_gone_through_as_often_for_many_agreements_as_for_one(qinglan: Town) -> None:
    row = one_agreement(qinglan.parts.reader, QINGLAN, ShowAgreement(agreement=IN_FORCE))
    passes = []
    for many in (1, 50):
        late, due = Counted(), Counted()
        found = Owed({str(number): structs.replace(row, id=str(number)) for number in range(many)}, late, due)
        with qinglan.app.test_request_context("/"):
            qinglan.app.preprocess_request()
            assert len(list(kept(found, datetime.now(UTC).date()))) == many
        passes.append((late.passes, due.passes))

    assert passes[0] == passes[1]


def test_the_reference_for_programs_has_every_route(qinglan: Town) -> None:
    page = qinglan.stranger().page("/api")

    actions = {str(one["id"]) for one in page.select("details")}
    assert {route.action for route in ROUTES} <= actions
    sign = page.select_one("details[id='agreements.sign']")
    assert sign is not None
    assert "POST /v1/{tenant}/agreements/{agreement}/sign" in texts(sign, "summary code")
    assert "May: staff, enterprise (party)" in texts(sign, "p")
    assert '-H "Authorization: Bearer $BASEPLUS_KEY"' in texts(sign, "pre")[0]
    assert {"party", "digest"} <= set(texts(sign, "tbody th code"))


def test_pages_are_light(database: Database) -> None:
    with town(database) as made:
        made.fold()
        reader = made.reader()
        for path in ("/t/qinglan/", f"/t/qinglan/agreements/{IN_FORCE}", "/t/qinglan/history"):
            page = reader.page(path)
            whole = len(gzip.compress(str(page).encode()))
            for one in page.select("link, script"):
                address = one.get("src") or one.get("href")
                whole += len(reader.get(str(address), headers={"Accept-Encoding": "gzip"}).data)
            assert whole <= 40_000, (path, whole)


def test_a_clause_goes_by_its_number_wherever_it_is_named(qinglan: Town) -> None:
    reader = qinglan.reader()
    page = reader.page("/t/qinglan/agreements/agr-2026-014")

    numbers = dict(zip(texts(page, "#kept .rows tbody .full"), texts(page, "#kept .rows td:first-child"), strict=True))
    assert [no for text, no in numbers.items() if text.startswith("Guide each apprentice")] == ["2"]
    happened = texts(page, "#timeline small")
    assert any("clause 2, occurrence" in one for one in happened)
    assert not [one for one in happened if "guide" in one or "Joint training of drive" in one]
    assert "Clause 2 of “Joint training" in reader.page("/t/qinglan/").get_text()


def test_a_number_stands_beside_its_words(qinglan: Town) -> None:
    reader = qinglan.reader()

    for path in ("/t/qinglan/", "/t/qinglan/history"):
        assert texts(reader.page(path), ".asof > span")[0].startswith("At position #")
    digest = texts(reader.page("/t/qinglan/agreements/agr-2026-014"), "#signatures .hash")[0]
    assert re.fullmatch(r"sha256:(\w{4} ){15}\w{4}", digest), "in fours, to be compared by eye"


def test_a_draft_without_clauses_says_so_where_they_will_stand(qinglan: Town) -> None:
    page = qinglan.reader().page("/t/qinglan/agreements/agr-2026-008")

    assert texts(page, "#kept .empty h3") == ["The draft has no clauses yet"]
    assert not page.select("#notes .empty")
