"""The door: what is WeChat's is answered 200, what is not gets an empty 400 or 403."""

import io
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client, TestResponse

from bot import seed
from bot.app import create_app
from bot.engine import Bot
from bot.models import Event, TextMessage, UnknownEvent
from bot.settings import Settings
from bot.store.database import Database
from bot.wechat import codec, crypto
from bot.wechat.crypto import Mode
from bot.wechat.replies import parse_reply
from handlers import CHAIN
from handlers.sentences import SENTENCES
from tests.worlds import AES_KEY

MESSAGE = TextMessage(
    to="gh_0123456789ab",
    openid="oDoor-0000000000000000000001",
    created=1_795_436_007,
    msg_id="23000000000000001",
    content="电子书",
)


PIECES = (
    b"<![CDATA[",
    b"]]>",
    b"</Encrypt>",
    b"<Encrypt>",
    b"<xml>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"<?a?>",
    b"<!--",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"=",
    b"A" * 44,
    b"<a>" * 20,
    b" a='b'",
)


class Door:
    """A bot with nothing outside: keywords need nothing of it."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.client: Client = create_app(bot).test_client()

    def push(
        self,
        xml: bytes,
        *,
        mode: Mode = Mode.SAFE,
        now: float = 0,
        changes: dict[str, str] | None = None,
    ) -> TestResponse:
        query, body = crypto.push(self.bot.credentials, xml, mode=mode, now=now or time.time())
        return self.post(query | (changes or {}), body)

    def post(self, query: dict[str, str], body: bytes) -> TestResponse:
        return self.client.post("/wechat", query_string=query, data=body)

    @property
    def refused(self) -> dict[str, int]:
        self.bot.buffer.flush()
        found: dict[str, int] = self.client.get("/readyz").get_json()["refused_today"]
        return found


@pytest.fixture(name="make_door")
def _make_door(tmp_path: Path) -> Iterator[Callable[..., Door]]:
    made = []

    def make(**changes: Any) -> Door:
        settings = Settings(
            wechat_app_id="wx0123456789abcdef",
            wechat_app_secret="app-secret-canary",
            wechat_token="tokencanary",
            wechat_aes_key=AES_KEY,
            openai_api_key="sk-canary",
            secret_key="secret-key-canary",
            data_dir=tmp_path,
        )
        settings = replace(settings, **changes)
        db = Database(settings.database_address)
        seed.prepare(db)
        db.close()
        bot = Bot(settings, chain=CHAIN, sentences=SENTENCES)
        bot.start()
        made.append(bot)
        return Door(bot)

    yield make
    for bot in made:
        bot.stop()


@pytest.fixture(name="door_")
def _door_(make_door: Callable[..., Door]) -> Door:
    return make_door()


def empty(response: TestResponse, status: int) -> bool:
    return (response.status_code, response.data) == (status, b"")


class TestTheCheckOfTheUrl:
    @pytest.mark.parametrize("aes_key", ["", AES_KEY])
    def test_the_echo_comes_back_for_the_right_signature(
        self, make_door: Callable[..., Door], aes_key: str
    ) -> None:
        door = make_door(wechat_aes_key=aes_key)
        query, _body = crypto.push(
            door.bot.credentials, b"<xml></xml>", mode=Mode.PLAINTEXT, now=time.time()
        )
        answer = door.client.get("/wechat", query_string=query | {"echostr": "<b>8123</b>"})

        assert (answer.status_code, answer.data) == (200, b"<b>8123</b>")
        assert answer.mimetype == "text/plain"

    def test_a_wrong_signature_gets_nothing(self, door_: Door) -> None:
        query = {"signature": "0" * 40, "timestamp": str(int(time.time())), "nonce": "1"}

        assert empty(door_.client.get("/wechat", query_string=query), 403)
        assert empty(door_.client.get("/wechat"), 400)

    @pytest.mark.parametrize(
        "surplus", ["nonce=1", "&".join(f"name{number}=" for number in range(20)), "echostr=%ff"]
    )
    def test_a_query_that_has_not_wechats_form_gets_nothing(
        self, door_: Door, surplus: str
    ) -> None:
        query, _body = crypto.push(
            door_.bot.credentials, b"<xml></xml>", mode=Mode.PLAINTEXT, now=time.time()
        )

        assert empty(door_.client.get(f"/wechat?{urlencode(query)}&{surplus}"), 400)


class TestAPush:
    @pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPATIBLE])
    def test_an_encrypted_push_gets_an_encrypted_answer(self, door_: Door, mode: Mode) -> None:
        response = door_.push(codec.render_inbound(MESSAGE), mode=mode)
        reply, openid, sender = parse_reply(crypto.open_reply(door_.bot.credentials, response.data))

        assert "电子书" in str(reply)
        assert (openid, sender) == (MESSAGE.openid, MESSAGE.to)

    def test_a_plaintext_push_is_answered_in_plaintext(
        self, make_door: Callable[..., Door]
    ) -> None:
        door = make_door(wechat_aes_key="")
        response = door.push(codec.render_inbound(MESSAGE), mode=Mode.PLAINTEXT)

        assert "电子书" in str(parse_reply(response.data)[0])

    def test_with_a_key_a_plaintext_push_is_refused(self, door_: Door) -> None:
        assert empty(door_.push(codec.render_inbound(MESSAGE), mode=Mode.PLAINTEXT), 403)

    def test_a_plaintext_signature_is_good_for_one_body(
        self, make_door: Callable[..., Door]
    ) -> None:
        door = make_door(wechat_aes_key="")
        xml = codec.render_inbound(MESSAGE)
        query, body = crypto.push(door.bot.credentials, xml, mode=Mode.PLAINTEXT, now=time.time())
        other = codec.render_inbound(replace(MESSAGE, content="AI"))

        assert door.post(query, body).status_code == 200
        assert door.post(query, body).status_code == 200
        assert empty(door.post(query, other), 403)

    @pytest.mark.parametrize("skew", [-600, -302, 302, 600])
    def test_a_clock_that_is_off_refuses_and_is_named(self, door_: Door, skew: int) -> None:
        xml = codec.render_inbound(MESSAGE)

        assert empty(door_.push(xml, now=time.time() + skew), 403)
        assert door_.refused == {"stale": 1}

    @pytest.mark.parametrize(
        "changes",
        [
            {"msg_signature": "0" * 40},
            {"signature": "0" * 40},
            {"msg_signature": "é" * 40},
            {"signature": "签" * 40},
        ],
    )
    def test_a_wrong_signature_is_refused(self, door_: Door, changes: dict[str, str]) -> None:
        assert empty(door_.push(codec.render_inbound(MESSAGE), changes=changes), 403)

    @pytest.mark.parametrize(
        "changes",
        [
            {"timestamp": "1"},
            {"timestamp": "１" * 10},
            {"nonce": ""},
            {"nonce": "a b"},
        ],
    )
    def test_a_wrong_form_is_a_bad_request(self, door_: Door, changes: dict[str, str]) -> None:
        assert empty(door_.push(codec.render_inbound(MESSAGE), changes=changes), 400)

    def test_a_large_body_is_refused_unread(self, door_: Door) -> None:
        query, body = crypto.push(
            door_.bot.credentials,
            codec.render_inbound(MESSAGE),
            mode=Mode.SAFE,
            now=time.time(),
        )

        assert empty(door_.post(query, body + b" " * 65_536), 400)

    def test_an_authentic_push_that_cannot_be_read_is_acknowledged_and_counted(
        self, door_: Door
    ) -> None:
        for xml in (b"<xml><MsgType>text</MsgType></xml>", b"<xml>", b"<!DOCTYPE x><xml></xml>"):
            query, body = crypto.push(
                door_.bot.credentials, b"<xml></xml>", mode=Mode.SAFE, now=time.time()
            )
            encrypted = crypto.encrypt(door_.bot.credentials, xml)
            query["msg_signature"] = crypto.sign(
                door_.bot.credentials.token, query["timestamp"], query["nonce"], encrypted
            )
            body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()

            assert door_.post(query, body).data == b"success"
        assert door_.refused == {"unreadable": 3}

    def test_control_characters_wechat_lets_through_do_no_harm(self, door_: Door) -> None:
        xml = codec.render_inbound(MESSAGE).replace("电子书".encode(), "\x01电子书\x1f".encode())
        response = door_.push(xml)

        assert "电子书" in str(parse_reply(crypto.open_reply(door_.bot.credentials, response.data)))

    def test_an_unknown_event_is_acknowledged_and_counted(self, door_: Door) -> None:
        event: Event = UnknownEvent(
            to=MESSAGE.to, openid=MESSAGE.openid, created=MESSAGE.created, name="brand_new"
        )

        assert door_.push(codec.render_inbound(event)).data == b"success"
        assert door_.refused == {"unknown": 1}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Flip, drop, double or insert bytes somewhere."""
    at = chance.randrange(len(data) + 1)
    match chance.randrange(4):
        case 0:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at] + data[at + chance.randrange(1, 40) :]
        case 2:
            return data[:at] + data[max(0, at - 30) : at] + data[at:]
        case _:
            return data[:at] + chance.choice(PIECES) + data[at:]


def status_of(app: Any, query: dict[str, str], body: bytes) -> int:
    """Knock with the bare WSGI protocol; the test client costs more than the door."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/wechat",
        "QUERY_STRING": urlencode(query, encoding="latin-1"),
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "bot.test",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    statuses: list[str] = []
    b"".join(app(environ, lambda status, *_: statuses.append(status)))
    return int(statuses[0][:3])


def test_a_hundred_thousand_mutated_pushes_get_no_5xx_and_none_unsigned_is_accepted(
    door_: Door,
) -> None:
    chance = random.Random(23)
    credentials = door_.bot.credentials
    encrypted = [Mode.SAFE, Mode.COMPATIBLE]
    made = [
        crypto.push(
            credentials,
            codec.render_inbound(replace(MESSAGE, content=content)),
            mode=mode,
            now=time.time(),
        )
        for content in ("电子书", "AI", "]]>", "😀" * 30)
        for mode in encrypted
    ]
    app = create_app(door_.bot)
    statuses: Counter[int] = Counter()
    for _ in range(100_000):
        query, body = chance.choice(made)
        signed = {name: query[name] for name in ("signature", "timestamp", "nonce")}
        seal = body[body.index(b"<Encrypt>") : body.index(b"</Encrypt>")]
        if chance.random() < 0.5:
            body = mutated(body, chance)
        else:
            name = chance.choice(list(query))
            query = query | {name: mutated(query[name].encode(), chance).decode("latin-1")}
        status = status_of(app, query, body)
        statuses[status] += 1
        if status == 200:
            assert {name: query[name] for name in signed} == signed
            # Control characters are dropped before anything is read.
            assert seal in re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", body)

    assert set(statuses) <= {200, 400, 403}
    assert statuses[400] + statuses[403] > 80_000
