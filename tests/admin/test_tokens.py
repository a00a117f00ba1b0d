"""接口令牌: made with a few clicks, shown once, ended with one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from bot.admin.access import hash_of
from bot.editing import tokens
from bot.store import tokens as stored
from bot.store.members import Role
from bot.store.tables import session
from tests.admin.conftest import Console

FORM = {"name": "同步脚本", "scope": ["rules:read", "rules:write"], "days": "30"}


def ask_me(console: Console, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return console.client.get("/admin/api/v1/me", headers=headers).status_code


@pytest.mark.browser
def test_a_token_is_made_used_and_ended(console: Console, open_page: Callable[..., Page]) -> None:
    page = open_page("/tokens/")
    page.get_by_role("link", name="新建令牌").click()
    page.get_by_label("名字").fill("同步脚本")
    page.get_by_label("看关键词回复").check()
    page.get_by_label("有效期").select_option("30 天")
    page.get_by_role("button", name="建好令牌").click()
    made = page.get_by_label("同步脚本").input_value()
    assert ask_me(console, made) == 200

    page.get_by_role("link", name="已经复制好了").click()
    expect(page.get_by_role("cell", name="同步脚本", exact=True)).to_be_visible()
    assert made not in page.content()
    page.get_by_role("button", name="作废 同步脚本").click()
    expect(page.get_by_text("令牌已作废，马上就不能用了。")).to_be_visible()
    assert ask_me(console, made) == 401


@pytest.mark.browser
def test_every_operation_has_an_example(open_page: Callable[..., Page]) -> None:
    page = open_page("/api/")
    page.get_by_text("整条替换").click()
    expect(page.get_by_label("例子").filter(has_text="If-Match").first).to_contain_text(
        "/admin/api/v1/rules/1"
    )


def test_what_was_typed_is_not_lost(console: Console) -> None:
    response = console.post("/tokens/new", data=FORM | {"scope": [], "name": "<b>脚本"})
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "至少选一项权限" in text
    assert 'value="&lt;b&gt;脚本"' in text
    assert '<option value="30" selected>' in text


def test_a_role_gives_no_more_than_it_has(sign_in: Callable[..., Console]) -> None:
    editor = sign_in(Role.EDITOR)
    assert "settings:read" not in editor.page("/tokens/new")
    assert editor.post("/tokens/new", data=FORM | {"scope": ["jobs:write"]}).status_code == 422
    assert editor.post("/tokens/new", data=FORM).status_code == 201


def test_everybody_sees_their_own_and_owners_all(sign_in: Callable[..., Console]) -> None:
    editor, viewer, owner = (sign_in(role) for role in (Role.EDITOR, Role.VIEWER, Role.OWNER))
    editor.post("/tokens/new", data=FORM)
    token_id = stored.every(editor.bot.db, editor.bot.account_id)[0].id

    assert "同步脚本" in editor.page("/tokens/")
    assert "同步脚本" in owner.page("/tokens/")
    assert "同步脚本" not in viewer.page("/tokens/")
    assert viewer.post(f"/tokens/{token_id}/revoke").status_code == 404
    assert owner.post(f"/tokens/{token_id}/revoke").status_code == 303


def test_a_password_given_long_ago_is_asked_for_again(console: Console) -> None:
    """Who finds a console open cannot take a key to it along."""
    with console.bot.db.write() as tx:
        own = session.c.id_hash == hash_of(console.session_id)
        tx.execute(update(session).where(own).values(confirmed_at=1))
    for response in (console.get("/tokens/new"), console.post("/tokens/new", data=FORM)):
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/admin/confirm?then=/admin/tokens/new")
    assert stored.every(console.bot.db, console.bot.account_id) == []


def test_every_scope_has_its_words(console: Console) -> None:
    text = console.page("/tokens/new")
    assert all(f'value="{scope}"' in text for scope in tokens.SCOPES)
