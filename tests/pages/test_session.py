from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from baseplus.kernel.vocabulary import TenantId
from infra.service import ForeignData
from infra.session import LONGEST, Sessions, SignedIn, session_secret
from infra.settings import Settings

QINGLAN = TenantId("qinglan")


def test_whoever_signed_in_is_read_back_from_the_cookie() -> None:
    cookie = Sessions("a secret").write(QINGLAN, "k-7")

    signed_in = Sessions("a secret").read(cookie)

    assert signed_in is not None
    assert (signed_in.tenant, signed_in.key) == ("qinglan", "k-7")
    assert timedelta(0) <= datetime.now(UTC) - signed_in.issued < timedelta(minutes=1)


@pytest.mark.parametrize("spoilt", ["", "x", "eyJ0IjoibWluZyJ9.aaaa.bbbb"])
def test_a_cookie_that_is_not_ours_signs_nobody_in(spoilt: str) -> None:
    assert Sessions("a secret").read(spoilt) is None


def test_a_cookie_that_was_changed_signs_nobody_in() -> None:
    cookie = Sessions("a secret").write(QINGLAN, "k-7")
    other = Sessions("a secret").write(TenantId("mingzhou"), "k-7")

    # the payload of the one with the signature of the other
    assert Sessions("a secret").read(f"{other.split('.')[0]}.{cookie.split('.', 1)[1]}") is None


def test_a_cookie_that_another_secret_signed_signs_nobody_in() -> None:
    assert Sessions("another secret").read(Sessions("a secret").write(QINGLAN, "k-7")) is None


def test_a_session_ends_after_its_time() -> None:
    with patch("itsdangerous.timed.time.time", return_value=datetime.now(UTC).timestamp() - LONGEST - 5):
        cookie = Sessions("a secret").write(QINGLAN, "k-7")

    assert Sessions("a secret").read(cookie) is None


def test_what_the_settings_give_is_the_secret(tmp_path: Path) -> None:
    assert session_secret(Settings(tmp_path / "data", secret="given")) == "given"
    assert not (tmp_path / "data").exists()


def test_without_a_given_secret_one_is_made_once_for_this_machine_s_user_alone(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data")

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: session_secret(settings), range(8)))

    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_a_secret_is_not_put_into_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("…")

    with pytest.raises(ForeignData):
        session_secret(Settings(tmp_path))


def test_a_session_says_who_and_since_when_and_no_more() -> None:
    assert SignedIn.__struct_fields__ == ("tenant", "key", "issued")
