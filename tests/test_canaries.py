"""Nine planted secrets, looked for in everything an operator's tools collect; none is there.

The console and its API: ``admin/test_canaries.py``.
"""

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import make_url, update

from bot import logs
from bot.doctor import examine
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.tables import image_job
from tests.servers import Server
from tests.worlds import AES_KEY, World

OPENID = "oCanary_0123456789-abcdefghi"  # as long as WeChat's
CANARIES = {
    "AppSecret": "app-secret-canary",
    "Token": "tokencanary",
    "EncodingAESKey": AES_KEY,
    "API key": "sk-sandbox-canary",
    "database": "database-password-canary",
    "Redis": "redis-password-canary",
    "SECRET_KEY": "secret-key-canary",
    "openid": OPENID,
    "METRICS_TOKEN": "metrics-token-canary",
}
# What others may say of us: every one of them has been seen to.
TELLTALE = " ".join(
    (
        f"invalid openid {OPENID}, secret={CANARIES['AppSecret']}",
        f"Incorrect API key provided: {CANARIES['API key']}",
    )
)
FAULTS: list[dict[str, Any]] = [
    {"match": "/cgi-bin/media/upload", "json": {"errcode": 40001, "errmsg": TELLTALE}},
    {"match": "/cgi-bin/message/custom/send", "json": {"errcode": 45015, "errmsg": TELLTALE}},
    {"match": "/cgi-bin/message/custom/send", "body": f"<html>{TELLTALE}</html>"},
    {"match": "/v1/images/generations", "status": 401, "json": {"error": {"message": TELLTALE}}},
    {"match": "/v1/images/generations", "body": f"<html>{TELLTALE}</html>"},
    {"match": "/v1/images/generations", "reset": "before", "do": True},
    {"match": "/v1/moderations", "status": 500, "json": {"error": {"message": TELLTALE}}},
]


KEY = "message="


def leaks(text: str) -> list[str]:
    """Return which canaries a text holds, the openid also a letter short of whole."""
    found = [name for name, secret in CANARIES.items() if secret in text]
    return found + ["openid"] * (OPENID[:-1] in text or OPENID[8:] in text)


@pytest.fixture(name="written")
def _written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Return what has been logged so far in both forms, at the most talkative level."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("json")
    text = logs.Batches(stream)
    text.setFormatter(logs.Text())
    root.addHandler(text)
    root.setLevel(logging.DEBUG)

    def written() -> str:
        for handler in root.handlers:
            handler.flush()
        return stream.getvalue()

    yield written
    root.handlers[:] = before
    root.setLevel(level)


def planted(make_world: Callable[..., World], address: str) -> World:
    return make_world(
        database_url=make_url(address)
        .set(password=CANARIES["database"])
        .render_as_string(hide_password=False),
        redis_url=f"redis://:{CANARIES['Redis']}@127.0.0.1:9/0",
        metrics_token=CANARIES["METRICS_TOKEN"],
    )


def test_no_tool_is_told_a_secret_whatever_goes_wrong(
    make_world: Callable[..., World], postgresql: Server, written: Callable[[], str]
) -> None:
    world = planted(make_world, postgresql.filled("canaries"))
    asked = {"Authorization": f"Bearer {CANARIES['METRICS_TOKEN']}"}
    told = []
    world.sandbox.script(*FAULTS)
    for number in range(8):
        world.answer(world.message(f"画第{number}只猫", openid=OPENID))
        world.work()
        with world.bot.db.write() as tx:
            tx.execute(update(image_job).values(not_before=0))
    world.client.post("/wechat", query_string={"signature": "x", "openid": OPENID}, data="<xml>")
    told += [world.client.get(path, headers=asked).text for path in ("/metrics", "/readyz")]
    world.bot.snapshots.stop()
    with postgresql.frozen():
        with pytest.raises(StoreError) as caught:
            world.bot.db.write().__enter__()
        world.answer(world.message("画一只狗", openid=OPENID))
        told += [world.client.get("/readyz").text, str(caught.value)]
    told += map(str, examine(world.bot.settings))
    world.bot.stop()
    postgresql.drop("canaries")

    assert leaks("\n".join(told)) == []
    assert leaks(written()) == []
    assert [line for line in written().splitlines() if "job=" in line and KEY not in line] == []
    # All of that did happen.
    assert written().count("oCanar…") >= 2
    assert "huaxin_failed_jobs_total" in told[0]
    assert '"redis":"unreachable"' in told[1].replace(" ", "")
    assert '"database":"unreachable"' in told[2].replace(" ", "")
    assert any(one.startswith("✗ Redis") for one in told)


def test_a_secret_of_ours_is_hidden_whoever_says_it_and_however() -> None:
    """What has no shape of its own: an exception's text, a library's line."""
    settings = Settings(
        wechat_app_id="wx1",
        wechat_app_secret=CANARIES["AppSecret"],
        wechat_token=CANARIES["Token"],
        wechat_aes_key=CANARIES["EncodingAESKey"],
        openai_api_key=CANARIES["API key"],
        database_url="mysql://u:" + CANARIES["database"].replace("-", "%2D") + "@h/d",
        redis_url=f"redis://:{CANARIES['Redis']}@h/0",
        secret_key=CANARIES["SECRET_KEY"],
        metrics_token=CANARIES["METRICS_TOKEN"],
    )
    said = " ".join(CANARIES.values())
    assert sorted(leaks(said)) == sorted([*CANARIES, "openid"])
    trouble = RuntimeError(said)
    caught = (RuntimeError, trouble, trouble.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "", 1, said, None, caught)

    for form in (logs.Text, logs.Json):
        assert leaks(form(settings.secrets()).format(record)) == []
        assert leaks(form().format(record))
