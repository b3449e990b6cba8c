"""A token says which key it is of, and its secret is nowhere but in it."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseplus.kernel.vocabulary import ID, TenantId
from tenants.keys.token import Token, new_token, read_token

ids = st.from_regex(ID, fullmatch=True)


@given(ids.map(TenantId), ids)
def test_a_token_comes_back_as_it_was_made(tenant: TenantId, key: str) -> None:
    token = new_token(tenant, key)
    assert read_token(str(token)) == token


@given(ids.map(TenantId), ids, st.data())
def test_no_changed_character_makes_the_same_token(tenant: TenantId, key: str, data: st.DataObject) -> None:
    token = new_token(tenant, key)
    text = str(token)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(string.printable + "ſIÄ０").filter(lambda one: one != text[place]))
    changed = read_token(text[:place] + other + text[place + 1 :])
    if changed is not None:
        assert (changed.tenant, changed.key, changed.digest) != (token.tenant, token.key, token.digest)


@given(ids.map(TenantId), ids, st.text(max_size=3))
def test_nothing_may_stand_before_or_after_a_token(tenant: TenantId, key: str, more: str) -> None:
    text = str(new_token(tenant, key))
    assert read_token(more + text) is None or not more
    assert read_token(text + more) is None or not more


@pytest.mark.parametrize(
    "text", ["", "bp", "bp___", "bp_a_b_", "Bearer bp_a_b_c", "bp_uni-a_k-1_" + "a" * 51, "\ud800"]
)
def test_what_has_not_the_form_of_a_token_is_none(text: str) -> None:
    assert read_token(text) is None


def test_two_secrets_are_never_the_same_and_hold_256_bits() -> None:
    secrets = {new_token(TenantId("uni-a"), "k-1").secret for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {52}
    assert len(set("".join(secrets))) == 32


def test_the_stored_form_is_the_hash_of_the_secret_as_it_is_written() -> None:
    token = Token(TenantId("uni-a"), "k-1", "a" * 52)
    assert token.digest == hashlib.sha256(b"a" * 52).hexdigest()


def test_a_token_that_is_printed_by_mistake_keeps_its_secret() -> None:
    token = new_token(TenantId("uni-a"), "k-1")
    assert token.secret not in f"{token!r} {[token]}"
