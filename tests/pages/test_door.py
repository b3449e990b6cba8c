from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from baseplus.kernel.access import Role
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import TenantId
from infra.pages.personas import read_personas
from infra.postgres.database import Database
from infra.settings import read_settings
from tenants.keys.model import RevokeKey, keys
from tests.pages.town import QINGLAN, Reader, Town, filled_in, texts, town

PAGES = [
    "/t/qinglan/",
    "/t/qinglan/agreements",
    "/t/qinglan/agreements/agr-2026-014",
    "/t/qinglan/agreements/new",
    "/t/qinglan/apprentices",
    "/t/qinglan/apprentices/shen",
    "/t/qinglan/apprentices/ren/mentors",
    "/t/qinglan/mentors",
    "/t/qinglan/history",
    "/t/qinglan/history?at=12",
    "/api",
    "/account",
]


def test_whoever_is_not_signed_in_is_asked_to_and_led_back(qinglan: Town) -> None:
    stranger = qinglan.stranger()

    sent_away = stranger.get("/t/qinglan/agreements?state=draft")
    assert (sent_away.status_code, sent_away.location) == (303, "/?next=/t/qinglan/agreements?state%3Ddraft")
    form = stranger.form(sent_away.location)
    let_in = stranger.post("/sign-in", {**form, "key": str(qinglan.key())})

    assert (let_in.status_code, let_in.location) == (303, "/t/qinglan/agreements?state=draft")
    assert stranger.get(let_in.location).status_code == 200


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_nobody_is_led_to_another_site(qinglan: Town, next_page: str) -> None:
    stranger = qinglan.stranger()
    form = stranger.form("/")

    answer = stranger.post("/sign-in", {**form, "key": str(qinglan.key()), "next": next_page})
    assert answer.location == "/t/qinglan/"
    assert stranger.get("/language/en", query_string={"next": next_page}).location == "/"


def test_the_session_is_a_signed_cookie_that_scripts_cannot_read_and_holds_no_secret(qinglan: Town) -> None:
    stranger, token = qinglan.stranger(), qinglan.key()
    form = stranger.form("/")

    answer = stranger.post("/sign-in", {**form, "key": str(token)})
    (cookie,) = (one for one in answer.headers.getlist("Set-Cookie") if one.startswith("baseplus_session="))

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert token.secret not in cookie


def test_cookies_are_secure_where_the_request_was(qinglan: Town) -> None:
    client = qinglan.app.test_client()
    page = client.get("/", base_url="https://localhost")
    (form_cookie,) = page.headers.getlist("Set-Cookie")
    token = BeautifulSoup(page.text, "html.parser").select_one("input[name=csrf_token]")
    assert token is not None
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        data={"csrf_token": token["value"], "key": str(qinglan.key())},
        headers={"Referer": "https://localhost/"},
    )

    assert answer.status_code == 303
    for cookie in (form_cookie, *answer.headers.getlist("Set-Cookie")):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), cookie


def test_cookies_are_secure_where_a_proxy_of_ours_speaks_tls(database: Database) -> None:
    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    settings = replace(read_settings({"BASEPLUS_PROXIES": "1"}), secret="a secret of the tests")
    with town(database, settings) as proxied:
        client = proxied.app.test_client()
        page = client.get("/", headers=told)
        (form_cookie,) = page.headers.getlist("Set-Cookie")
        form = filled_in(BeautifulSoup(page.text, "html.parser")) | {"key": str(proxied.key())}

        elsewhere = client.post("/sign-in", data=form, headers=told | {"Referer": "https://evil.example/"})
        answer = client.post("/sign-in", data=form, headers=told | {"Referer": "https://localhost/"})

    assert elsewhere.status_code == 400
    assert answer.status_code == 303
    for cookie in (form_cookie, *answer.headers.getlist("Set-Cookie")):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), cookie


def test_without_a_proxy_of_ours_nobody_is_believed_about_tls(qinglan: Town) -> None:
    (cookie,) = qinglan.stranger().get("/", headers={"X-Forwarded-Proto": "https"}).headers.getlist("Set-Cookie")

    assert "Secure" not in cookie.split("; ")


@pytest.mark.parametrize("key", ["", "bp_qinglan_k-1_short", "nonsense", f"bp_qinglan_k-1_{'a' * 52}"])
def test_what_is_no_key_opens_nothing_and_says_so(qinglan: Town, key: str) -> None:
    stranger = qinglan.stranger()

    answer = stranger.post("/sign-in", {**stranger.form("/"), "key": key})

    assert answer.status_code == 401
    assert texts(BeautifulSoup(answer.text, "html.parser"), "[role=alert] h2") == ["You are not signed in"]
    assert stranger.get("/t/qinglan/").status_code == 303


def test_who_signs_out_is_out(qinglan: Town) -> None:
    reader = qinglan.reader()
    form = reader.form("/account")

    assert reader.post("/sign-out", form).location == "/"
    assert reader.get("/t/qinglan/").status_code == 303


def test_a_revoked_key_ends_its_sessions(qinglan: Town) -> None:
    token = qinglan.key()
    stranger = qinglan.stranger()
    # asked for nothing yet, so that nothing about the key is remembered
    stranger.client.set_cookie("baseplus_session", qinglan.session(token))
    qinglan.store.execute(QINGLAN, keys, token.key, RevokeKey())

    assert stranger.get("/t/qinglan/").status_code == 303


def test_another_tenant_s_pages_are_not_shown(qinglan: Town) -> None:
    reader = qinglan.reader()

    for path in ("", "agreements", "agreements/agr-2026-014", "history", "tables/agreements.csv"):
        answer = reader.get(f"/t/mingzhou/{path}")
        assert answer.status_code == 403, path
        assert "not_your_tenant" in answer.text


def test_a_form_that_was_not_opened_here_does_nothing(qinglan: Town) -> None:
    reader = qinglan.reader()
    before = qinglan.store.position(QINGLAN)
    form = reader.form("/t/qinglan/agreements/new")

    for token in ("", "forged", qinglan.reader().form("/t/qinglan/agreements/new")["csrf_token"]):
        answer = reader.post("/t/qinglan/agreements/new", {**form, "/title": "Forged", "csrf_token": token})
        assert answer.status_code == 400
        assert "stale_form" in answer.text
    for path in ("/sign-in", "/sign-out"):
        assert reader.post(path, {"key": "x"}).status_code == 400
    assert qinglan.store.position(QINGLAN) == before + 1, "more happened than that the other reader got a key"


@pytest.mark.parametrize("path", ["/", *PAGES, "/t/qinglan/nothing", "/t/mingzhou/", "/t/qinglan/?at=999999"])
def test_a_page_may_load_our_own_files_and_nothing_else(qinglan: Town, path: str) -> None:
    answer = qinglan.reader().get(path, follow_redirects=path == "/")
    page = BeautifulSoup(answer.text, "html.parser")

    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert page.select("style, [style]") == []
    assert [one for one in page.select("script") if not one.get("src") or one.text] == []
    assert [name for one in page.find_all(True) for name in one.attrs if re.match("on[a-z]", name)] == []
    loaded = [str(one.get("src") or one.get("href")) for one in page.select("script, link, img")]
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_files_are_kept_for_ever_and_change_their_address_with_their_content(qinglan: Town) -> None:
    reader = qinglan.stranger()
    page = reader.page("/")

    for one in page.select("script, link"):
        address = str(one.get("src") or one.get("href"))
        answer = reader.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 20_000
        assert reader.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"
        assert reader.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code in (200, 304)
    assert reader.get("/static/../site.py").status_code == 404
    assert reader.get("/static/site.py").status_code == 404


def test_a_theme_is_chosen_by_the_reader_and_set_by_the_server(qinglan: Town) -> None:
    reader = qinglan.reader()
    page = reader.page("/t/qinglan/")
    assert page.html is not None
    assert not page.html.has_attr("data-theme")

    reader.get("/theme/dark?next=/account")
    page = reader.page("/t/qinglan/")
    assert page.html is not None
    assert page.html["data-theme"] == "dark"

    reader.get("/theme/system")
    page = reader.page("/t/qinglan/")
    assert page.html is not None
    assert not page.html.has_attr("data-theme")


def test_without_a_file_of_personas_nobody_can_be_anybody(qinglan: Town) -> None:
    stranger = qinglan.stranger()

    assert stranger.page("/").select("[name=persona]") == []
    answer = stranger.post("/sign-in", {**stranger.form("/"), "persona": "lu"})
    assert answer.status_code == 401


def test_a_demonstration_has_people_to_sign_in_as(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "personas.json"
    file.write_text('[{"id": "lu", "name": "Lu Shiyuan", "about": "vice dean", "tenant": "qinglan", "key": "k-lu"}]')
    settings = replace(read_settings({}), secret="a secret of the tests", personas=file)
    with town(database, settings) as demonstration:
        demonstration.key(name="k-lu")
        stranger = demonstration.stranger()
        page = stranger.page("/")
        assert texts(page, "[name=persona]") == ["Lu Shiyuan"]
        assert "made up" in texts(page, "#h-personas + p")[0]

        answer = stranger.post("/sign-in", {**stranger.form("/"), "persona": "lu"})

        assert answer.location == "/t/qinglan/"
        assert texts(stranger.page("/account"), "h1") == ["Lu Shiyuan"]
        assert stranger.post("/sign-in", {**stranger.form("/account"), "persona": "yan"}).status_code == 401


@pytest.mark.parametrize("content", ["", "[{}]", '[{"id": "A B"}]'])
def test_a_file_of_personas_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "personas.json"
    with pytest.raises(Invalid):
        read_personas(file)
    file.write_text(content)
    with pytest.raises(Invalid):
        read_personas(file)


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("role", "own", "menu"),
        [
            (Role.STAFF, None, ["Today", "Agreements", "Apprentices", "Mentors", "Benchmarks", "History", "Programs"]),
            (
                Role.REGULATOR,
                None,
                ["Today", "Agreements", "Apprentices", "Mentors", "Benchmarks", "History", "Programs"],
            ),
            (Role.ENTERPRISE, "yunchuan", ["Today", "Agreements", "Apprentices", "Mentors", "Programs"]),
            (Role.MENTOR, "gao", ["Today", "Agreements", "Apprentices", "Mentors", "Programs"]),
        ],
    )
    def test_the_menu_holds_what_the_policy_allows(
        self, qinglan: Town, role: Role, own: str | None, menu: list[str]
    ) -> None:
        reader = qinglan.reader(role, own=own)
        first = reader.get("/").location

        page = reader.page(first)

        assert texts(page, "#nav a") == menu
        assert texts(page, "#nav [aria-current=page]") == menu[:1]

    def test_what_the_policy_does_not_allow_says_so(self, qinglan: Town) -> None:
        reader = qinglan.reader(Role.MENTOR, own="gao")

        for path in ("history", "agreements/new", "apprentices/ren/mentors", "tables/history.csv"):
            page = reader.page(f"/t/qinglan/{path}", 403)
            assert texts(page, "h1") == ["You may not see this"], path
            assert "not_permitted" in texts(page, "[role=alert] code")

    def test_an_enterprise_sees_its_own_agreements_alone(self, qinglan: Town) -> None:
        reader = qinglan.reader(Role.ENTERPRISE, own="heyuan")

        assert texts(reader.page("/t/qinglan/agreements"), "tbody th span") == ["Metrology for castings"]
        assert reader.get("/t/qinglan/agreements/agr-2026-014").status_code == 404
        assert "agr-2026-014" not in reader.get("/t/qinglan/tables/obligations.csv").text
        assert texts(reader.page("/t/qinglan/"), "#queue tbody th")[0].startswith("Sign Metrology for castings")

    def test_a_mentor_sees_whom_they_guide(self, qinglan: Town) -> None:
        page = qinglan.reader(Role.MENTOR, own="gao").page("/t/qinglan/apprentices")

        assert texts(page, "tbody th span") == ["Bai Yuchen", "Shen Yutong"]
        assert page.select("a.btn.main") == [], "there is a button for what they may not do"

    def test_an_association_reads_its_own_releases_and_history(self, qinglan: Town) -> None:
        reader: Reader = qinglan.reader(Role.ASSOCIATION, TenantId("jianghe"))

        page = reader.page(reader.get("/").location)

        assert texts(page, "#nav a") == ["Benchmarks", "History", "Programs"]
        assert texts(page, "h1") == ["Completed, and in sustained further study or work afterwards"]
        assert page.select(".own") == [], "an association is no peer of the universities"
        history = reader.page("/t/jianghe/history")
        assert texts(history, "h1") == ["History of Jianghe Machinery Association"]
