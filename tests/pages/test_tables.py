from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup

from baseplus.agreements.drafting import Draft
from baseplus.agreements.model import agreements
from infra.pages.site import TABLES
from infra.pages.tables import as_csv, as_excel
from tests.pages.town import DRIVES, IN_FORCE, QINGLAN, SCHOOL, Reader, Town, texts

FILTERS = {
    "clauses": f"?agreement={IN_FORCE}",
    "timeline": "?apprenticeship=shen",
    "benchmarks": "?release=autumn-2026&association=jianghe",
}
HARMFUL = ("=1+1", "+1+1", "-1-A1", "@SUM(A1)", "\tx", '=HYPERLINK("http://evil.example")')


def lines(reader: Reader, table: str, filters: str = "") -> list[dict[str, str]]:
    answer = reader.get(f"/t/qinglan/tables/{table}.csv{filters}")
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8"), answer.text
    assert answer.text.startswith("\ufeff"), "without the mark, Excel takes it for another encoding"
    return list(csv.DictReader(io.StringIO(answer.text[1:])))


def sheet(content: bytes) -> list[list[Any]]:
    active = openpyxl.load_workbook(io.BytesIO(content)).active
    assert active is not None
    return [[cell.value for cell in row] for row in active.iter_rows()]


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_table_comes_as_csv_and_as_excel_with_the_same_rows(qinglan: Town, table: str) -> None:
    reader, filters = qinglan.reader(), FILTERS.get(table, "")

    as_lines = lines(reader, table, filters)
    answer = reader.get(f"/t/qinglan/tables/{table}.xlsx{filters}")

    assert as_lines, "there is nothing to compare"
    header, *rows = sheet(answer.data)
    assert header == list(as_lines[0])
    assert [str(row[0]) for row in rows] == [str(next(iter(line.values()))) for line in as_lines]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="qinglan-{table}.xlsx"'


def test_a_table_has_the_filters_of_its_page(qinglan: Town) -> None:
    reader = qinglan.reader()

    assert [line["Agreement"] for line in lines(reader, "agreements", "?state=in_force")] == [IN_FORCE]
    assert {line["State"] for line in lines(reader, "obligations", "?state=breached")} == {"Breached"}
    assert [line["State"] for line in lines(reader, "needs", "?state=late")] == ["Late"]
    assert {line["Stream"] for line in lines(reader, "history", "?stream=keys")} >= {"keys/k-1"}


@pytest.mark.parametrize("path", ["agreements?state=in_force", "?state=late", "history?stream=agreements", "mentors"])
def test_a_page_s_links_to_files_carry_its_filters(qinglan: Town, path: str) -> None:
    reader = qinglan.reader()

    links = reader.page(f"/t/qinglan/{path}").select(".take a")

    assert {link.text for link in links} == {"CSV", "Excel"}
    for link in links:
        assert reader.get(str(link["href"])).status_code == 200
    wanted = path.partition("?")[2]
    assert any(wanted in str(link["href"]) for link in links)


def test_a_filter_that_is_none_is_refused(qinglan: Town) -> None:
    page = qinglan.reader().page("/t/qinglan/tables/agreements.csv?state=lost", 422)

    assert texts(page, "h1") == ["That did not work"]
    assert "state" in texts(page, "[role=alert] li code")


def test_a_table_that_is_none_and_a_form_that_is_none_are_not_found(qinglan: Town) -> None:
    reader = qinglan.reader()

    assert reader.get("/t/qinglan/tables/secrets.csv").status_code == 404
    assert reader.get("/t/qinglan/tables/agreements.pdf").status_code == 404


def test_no_cell_of_a_file_is_ever_a_formula(qinglan: Town) -> None:
    for number, title in enumerate(HARMFUL):
        if title.isprintable():
            order = Draft(title, (SCHOOL, DRIVES))
            qinglan.store.execute(QINGLAN, agreements, f"harm-{number}", order)
    qinglan.fold()
    reader = qinglan.reader()

    titles = {line["Title"] for line in lines(reader, "agreements")}
    rows = sheet(reader.get("/t/qinglan/tables/agreements.xlsx").data)

    assert {f"'{title}" for title in HARMFUL if title.isprintable()} <= titles
    assert not any(title.startswith(("=", "+", "-", "@")) for title in titles)
    workbook = openpyxl.load_workbook(io.BytesIO(reader.get("/t/qinglan/tables/agreements.xlsx").data))
    assert workbook.active is not None
    kinds = {cell.data_type for row in workbook.active.iter_rows() for cell in row}
    assert "f" not in kinds, "a cell is a formula"
    assert {title for title in HARMFUL if title.isprintable()} <= {str(row[1]) for row in rows}


@pytest.mark.parametrize("harmful", HARMFUL)
def test_text_that_looks_like_a_formula_stays_text(harmful: str) -> None:
    written = "".join(as_csv(["Title", "Number"], [[harmful, -1]]))
    (_, row) = csv.reader(io.StringIO(written[1:]))
    assert row == [f"'{harmful}", "-1"], "a number that is one stays one"

    (_, cells) = sheet(as_excel(["Title", "Number"], [[harmful, -1]], "en").read())
    assert cells == [harmful, -1]


def test_days_and_times_and_numbers_are_such_in_excel() -> None:
    moment = datetime(2026, 3, 2, 12, 30, 15, tzinfo=UTC)

    (_, cells) = sheet(as_excel(["a", "b", "c", "d"], [[date(2026, 3, 2), moment, 41280, None]], "zh-CN").read())

    assert cells == [datetime(2026, 3, 2), datetime(2026, 3, 2, 12, 30, 15), 41280, None]  # noqa: DTZ001 - Excel has no zones


def test_a_table_s_titles_are_in_the_reader_s_language(qinglan: Town) -> None:
    reader = qinglan.reader()
    reader.get("/language/zh-CN")

    assert list(lines(reader, "agreements")[0])[:3] == ["协议", "标题", "状态"]


def test_each_chart_has_its_numbers_in_a_table_beside_it(qinglan: Town) -> None:
    reader = qinglan.reader()
    for path in ("", f"agreements/{IN_FORCE}", "apprentices/shen", "mentors"):
        page: BeautifulSoup = reader.page(f"/t/qinglan/{path}")
        for chart in page.select("svg.chart[role=img]"):
            row = chart.find_parent("tr")
            assert row is not None, "a chart stands outside of a table"
            assert len(row.select("td.n, td.soft")) >= 1, row
