"""Answers do not wait for a Redis that keeps silent: the real web process, under load."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from bench.children import child, environment, free_bind, load
from bench.door import KEYWORD, text_for
from bench.load import Plan
from bot import seed
from bot.models import TextMessage, TextReply
from bot.settings import Settings
from bot.store.database import Database
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode
from bot.wechat.replies import parse_reply
from tests.redises import Redis

pytestmark = pytest.mark.slow
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
ACCOUNT: dict[str, Any] = {"app_id": "wx0123456789abcdef", "token": "token", "aes_key": AES_KEY}


def test_keywords_and_prompts_are_answered_while_redis_is_frozen(
    tmp_path: Path, redis_server: Redis
) -> None:
    """``make chaos`` holds the 99th percentile to 100 ms; here the median, on a busy machine."""
    bind = free_bind()
    own = {f"WECHAT_{name.upper()}": value for name, value in ACCOUNT.items()}
    own |= {"WECHAT_APP_SECRET": "unused", "OPENAI_API_KEY": "unused", "SECRET_KEY": "x" * 32}
    own |= {"BIND": bind, "DATA_DIR": str(tmp_path), "REDIS_URL": redis_server.address}
    db = Database(Settings.load(own, dotenv=tmp_path / "none").database_address)
    seed.prepare(db)
    db.close()
    ready = f"http://{bind}/healthz"
    with (
        redis_server.frozen(),
        child("bot.cli", "web", env=environment(own), cwd=tmp_path, ready=ready),
    ):
        assert redis_of(bind) == "unreachable"
        plan = Plan(
            bind=bind,
            keyword=KEYWORD,
            expected=text_for(KEYWORD),
            seconds=1.0,
            warm_up=0.5,
            rate=50,
            **ACCOUNT,
        )
        figures = [load(plan) for _ in range(3)]
        took = []
        for number in range(5):
            begun = time.monotonic()
            assert "收到" in answered(bind, f"第{number}只橘猫")
            took.append(time.monotonic() - begun)

    assert [one.wrong for one in figures] == [0, 0, 0]
    assert min(one.answers for one in figures) > 50
    assert min(one.p50 for one in figures) < 50
    assert min(took) < 0.2  # a call of Redis would have waited for as long


def redis_of(bind: str) -> str:
    """Return what /readyz says of Redis."""
    try:
        with urllib.request.urlopen(f"http://{bind}/readyz", timeout=5) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as refusal:  # no worker runs
        said = json.load(refusal)
    return str(said["redis"])


def answered(bind: str, text: str) -> str:
    """Push *text* as WeChat does, and return what the follower reads."""
    account = Credentials.parse(ACCOUNT["app_id"], ACCOUNT["token"], AES_KEY)
    message = TextMessage(
        to="gh_0123456789ab",
        openid="oFrozen-000000000000000000001",
        created=int(time.time()),
        msg_id=str(time.time_ns()),
        content=text,
    )
    now = time.time()
    query, body = crypto.push(account, codec.render_inbound(message), mode=Mode.SAFE, now=now)
    address = f"http://{bind}/wechat?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(address, data=body, timeout=10) as answer:
        reply = parse_reply(crypto.open_reply(account, answer.read()))[0]
    assert isinstance(reply, TextReply)
    return reply.content
