"""No page, file, answer of the API or line of the log tells a whole openid or a secret."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, update
from werkzeug.exceptions import HTTPException

from bot import logs
from bot.admin.access import hash_of
from bot.admin.api import limits, openapi
from bot.admin.api.table import OPERATIONS
from bot.editing import tokens
from bot.editing.desk import Desk
from bot.store import history, members, unmatched
from bot.store.database import now_ms
from bot.store.history import Actor, Change
from bot.store.tables import (
    api_token,
    complaint,
    follower,
    image_job,
    member,
    message,
    recovery_code,
    session,
)
from tests.admin import routes
from tests.admin.api_calls import Api, api
from tests.admin.conftest import Console
from tests.worlds import AES_KEY, World

OPENID = "oCanary_0123456789-abcdefghi"  # as long as WeChat's
MOST_OF_A_KIND = 8
LINK = re.compile(r'(?:href|src|hx-get|action|data-address)="(/admin[^"]*)"')
SECRETS = {
    "EncodingAESKey": AES_KEY,
    "AppSecret": "app-secret-canary",
    "Token": "tokencanary",
    "OpenAI": "sk-sandbox-canary",
    "SECRET_KEY": "secret-key-canary",
    "password": "canary-password-hash",
    "TOTP": "canary-totp-secret",
    "recovery code": "canary-recovery-hash",
    "session": "canary-session-hash",
    "API token": "canary-token-hash",
}


def plant(world: World, owner: int) -> None:
    """A follower in every row that names one, and secrets where they are kept."""
    bot = world.bot
    own: dict[str, Any] = {"account_id": bot.account_id, "openid": OPENID}
    day = bot.today()
    with bot.db.write() as tx:
        seen = {"first_seen_at": now_ms(), "last_seen_at": now_ms(), "subscribed": True}
        block = {"blocked_until": now_ms() + 9e9, "blocked_reason": "x", "remark": ""}
        tx.execute(insert(follower).values(**own, **seen, **block))
        for number, handler in enumerate(("", "image", "keyword", "default")):
            said = {"message_key": f"{OPENID}|{number}", "content": "谁也没教过", "kind": "text"}
            tx.execute(insert(message).values(**own, **said, handler=handler, created_at=now_ms()))
        for state in ("queued", "generating", "failed", "unknown", "waiting", "delivered"):
            made = {"message_key": f"{OPENID}|{state}", "prompt": "雪山", "width": 64, "height": 64}
            made |= {"day": day, "month": day[:7], "created_at": now_ms(), "state": state}
            made |= {"acknowledgement": OPENID, "detail": f"no such user {OPENID}"}
            made |= {"picture": "2026-01-01/1-a.jpg", "collected_key": f"{OPENID}|x"}
            tx.execute(insert(image_job).values(**own, **made))
        told = {"message_key": f"{OPENID}|c", "content": f"{OPENID} 骚扰我", "job_id": 6}
        tx.execute(insert(complaint).values(**own, **told, created_at=now_ms()))
        members.change(
            tx,
            owner,
            openid=OPENID,
            password_hash=SECRETS["password"],
            totp_secret=bot.vault.seal(SECRETS["TOTP"]),
        )
        members.set_recovery_codes(tx, owner, [SECRETS["recovery code"]])
        history.lock(tx, bot.account_id)
        actor = Actor(name=f"follower {OPENID}", via="console")
        old = {"openid": OPENID, "list": [OPENID, {OPENID: 1}]}
        change = Change(
            action="follower.block",
            object=f"follower:{OPENID}",
            title=OPENID,
            note=f"von {OPENID}",
            before=old,
            after=old | {"more": 1},
        )
        history.record(tx, bot.account_id, actor, change)
        unmatched.write_ignored(tx, bot.account_id, ["雪山"])
    members.open_session(
        bot.db, owner, id_hash=SECRETS["session"], csrf="x", stage=members.Stage.FULL
    )
    who = members.get(bot.db, owner)
    assert who
    desk = Desk(bot.db, bot.account_id, Actor(name="x", via="console"))
    tokens.create(desk, who, name="别的", scopes=["rules:read"], days=9, now=bot.now_ms())
    with bot.db.write() as tx:
        other = api_token.c.name == "别的"
        tx.execute(update(api_token).where(other).values(token_hash=SECRETS["API token"]))


def leaks(text: str) -> list[str]:
    """Return what of the canaries is in a text, the openid also a letter short of whole."""
    found = [name for name, secret in SECRETS.items() if secret in text]
    return found + ["openid"] * (OPENID[:8] in text or OPENID[-8:] in text)


def read(data: bytes) -> str:
    """Return a file's text; a workbook's parts one after the other."""
    if not data.startswith(b"PK"):
        return unescape(data.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def crawl(console: Console) -> Iterator[tuple[str, str]]:
    """Yield every page and file that is found from the fixed addresses on, with its text."""
    bound = console.app.url_map.bind("localhost")
    waiting = [one.path for one in routes.pages(console.app) if one.safe and one.fixed]
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        try:
            endpoint, _values = bound.match(urlsplit(path).path, method="GET")
        except HTTPException:
            continue
        if path in seen or endpoint == "admin.asset" or kinds.get(endpoint, 0) >= MOST_OF_A_KIND:
            continue
        seen.add(path)
        kinds[endpoint] = kinds.get(endpoint, 0) + 1
        with console.client.get(path) as response:
            text = read(response.data)
            yield path, text + str(response.headers)
        if response.mimetype == "text/html":
            waiting += [unescape(link) for link in LINK.findall(response.get_data(as_text=True))]


@pytest.fixture(name="planted")
def _planted(console: Console) -> Console:
    found = members.session_of(console.bot.db, hash_of(console.session_id))
    assert found
    plant(console.world, found[1].id)
    return console


def test_no_page_or_file_tells_them(planted: Console, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = dict(crawl(planted))

    assert {path: found for path, text in asked.items() if (found := leaks(text))} == {}
    lines = [logs.Text().format(one) for one in caplog.records]
    assert [line for line in lines if leaks(line)] == []
    veiled = planted.bot.vault.veil(OPENID)
    assert {f"/admin/followers/{veiled}", "/admin/queue/1", "/admin/history/1"} <= set(asked)
    assert {"/admin/gallery/6", "/admin/reports/messages.csv?days=7"} <= set(asked)
    assert any(path.startswith("/admin/transfer/export") for path in asked)
    assert f"{OPENID[:6]}…" in asked["/admin/history/1"]


def test_no_answer_of_the_api_tells_them(planted: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", 1_000_000)
    caller = api(planted.world)
    told = dict(answers(caller, planted.bot.vault.veil(OPENID)))

    assert {path: found for path, text in told.items() if (found := leaks(text))} == {}
    assert f"{OPENID[:6]}…" in told["/jobs/1"]


def answers(caller: Api, veiled: str) -> Iterator[tuple[str, str]]:
    """Yield what every operation that only reads says of what was planted."""
    for one in OPERATIONS:
        if one.method != "GET":
            continue
        path = openapi.path_of(one)
        names = {"report_get": "costs", "setting_get": "OPENAI_API_KEY"}
        path = path.replace("{veiled}", veiled).replace(
            "{name}", names.get(one.name, "mysql-map.jpg")
        )
        for number in range(1, 4 if "{" in path else 2):
            asked = re.sub(r"\{\w+\}", str(number), path)
            response = caller.call("GET", asked)
            assert response.status_code < 500
            yield asked, read(response.data) + str(response.headers)


def test_the_canaries_would_be_found(planted: Console, world: World) -> None:
    """Held against the database itself, every one of them is there."""
    with world.bot.db.read() as tx:
        kept = str([tx.execute(one.select()).all() for one in (member, session, recovery_code)])
        kept += str([tx.execute(one.select()).all() for one in (follower, api_token)])
    settings = world.bot.settings
    kept += settings.wechat_aes_key + settings.wechat_app_secret + settings.secret_key
    kept += settings.wechat_token + settings.openai_api_key
    sealed = planted.bot.vault.open(
        members.every(world.bot.db, world.bot.account_id)[0].totp_secret
    )
    assert set(leaks(kept + sealed)) == {*SECRETS, "openid"}
    assert leaks(read(b"<p>" + OPENID.encode())) == ["openid"]


def test_a_viewer_sees_no_more(planted: Console, sign_in: Callable[..., Console]) -> None:
    viewer = sign_in(members.Role.VIEWER)
    veiled = planted.bot.vault.veil(OPENID)
    for path in ("/gallery/6", "/queue/1", "/history/1", "/history/", f"/followers/{veiled}"):
        assert leaks(viewer.page(path)) == [], path
