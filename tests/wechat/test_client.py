"""The client against a scripted WeChat: what is asked, what is made of every answer and fault."""

import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import ConfigError, WeChatError
from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)
from bot.wechat.client import WeChat
from tests.wechat.conftest import SECRET
from tests.wechat.scripted_wechat import (
    HEAD,
    STABLE_TOKEN,
    Answer,
    ScriptedWeChat,
    drip,
    hang,
    page,
    raw,
    refuses,
    reset,
    says,
    token,
)

SEND = "/cgi-bin/message/custom/send"
UPLOAD = "/cgi-bin/media/upload"
ADD = "/cgi-bin/material/add_material"
OK = says({"errcode": 0, "errmsg": "ok"})
PICTURE = bytes(range(256)) * 200


def send(client: WeChat) -> None:
    client.send("o1", TextReply("好"))


def upload(client: WeChat) -> tuple[str, int]:
    return client.upload_temporary("image", "画.jpg", PICTURE, "image/jpeg")


def refusal(act: Callable[[], object]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        act()
    return caught.value


class TestToken:
    def test_it_is_asked_for_once_with_the_secret_in_the_body(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(SEND, OK)
        for _ in range(3):
            send(client)

        (asked,) = platform.asked(STABLE_TOKEN)
        assert (asked.method, asked.query) == ("POST", {})
        assert asked.json == {
            "grant_type": "client_credential",
            "appid": "wx1",
            "secret": SECRET,
            "force_refresh": False,
        }
        assert [call.query for call in platform.asked(SEND)] == [{"access_token": "TOKEN-1"}] * 3

    def test_twenty_threads_ask_once(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, OK)
        threads = [threading.Thread(target=send, args=(client,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(platform.asked(STABLE_TOKEN)) == 1
        assert len(platform.asked(SEND)) == 20

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    def test_a_refused_token_is_renewed_and_the_call_made_once_more(
        self, platform: ScriptedWeChat, client: WeChat, code: int
    ) -> None:
        platform.on(STABLE_TOKEN, token("TOKEN-1"), token("TOKEN-2"))
        platform.on(SEND, refuses(code), OK)
        send(client)

        used = [asked.query["access_token"] for asked in platform.asked(SEND)]
        assert used == ["TOKEN-1", "TOKEN-2"]
        assert [asked.json["force_refresh"] for asked in platform.asked(STABLE_TOKEN)] == [
            False,
            False,
        ]

    def test_the_whole_file_is_uploaded_again(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(STABLE_TOKEN, token("TOKEN-1"), token("TOKEN-2"))
        platform.on(UPLOAD, refuses(42001), says({"media_id": "m-1", "created_at": 17}))

        assert upload(client) == ("m-1", 17)
        assert [PICTURE in asked.body for asked in platform.asked(UPLOAD)] == [True, True]

    def test_40001_for_ever_costs_two_calls_and_then_nothing(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(STABLE_TOKEN, token("TOKEN-1"), token("TOKEN-2"), token("TOKEN-3"))
        platform.on(SEND, refuses(40001))
        errors = [refusal(lambda: send(client)) for _ in range(10)]

        assert {(error.code, error.sent) for error in errors} == {(40001, False)}
        assert len(platform.asked(SEND)) == 2
        # The first one, and the one that renewed it.
        assert len(platform.asked(STABLE_TOKEN)) == 2

    def test_the_refused_token_handed_out_again_is_forced_once(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(STABLE_TOKEN, token("TOKEN-1"), token("TOKEN-1"), token("TOKEN-2"))
        platform.on(SEND, refuses(40001), OK)
        send(client)

        forced = [asked.json["force_refresh"] for asked in platform.asked(STABLE_TOKEN)]
        assert forced == [False, False, True]

    def test_the_same_token_for_ever_costs_one_call(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(SEND, refuses(40001))
        errors = [refusal(lambda: send(client)) for _ in range(10)]

        assert {error.code for error in errors} == {40001}
        assert len(platform.asked(SEND)) == 1
        assert len(platform.asked(STABLE_TOKEN)) == 3

    @pytest.mark.parametrize("code", [40013, 40125, 40164, 40243, 40001])
    def test_a_permanent_refusal_is_asked_for_once(
        self, platform: ScriptedWeChat, client: WeChat, code: int
    ) -> None:
        platform.on(STABLE_TOKEN, refuses(code, "invalid ip 1.2.3.4 rid: 66-ab"))
        errors = [refusal(lambda: send(client)) for _ in range(10)]

        assert {(error.code, error.sent, error.rid) for error in errors} == {(code, False, "66-ab")}
        assert str(errors[0]) == f"{code} invalid ip 1.2.3.4 rid=66-ab"
        assert len(platform.asked(STABLE_TOKEN)) == 1
        assert platform.asked(SEND) == []

    @pytest.mark.parametrize(
        "answer",
        [
            hang,
            reset,
            page(b"<html></html>", kind="text/html"),
            says({}),
            says([]),
            says({"access_token": "", "expires_in": 7200}),
            says({"access_token": 1, "expires_in": 7200}),
            says({"access_token": "TOKEN-1"}),
            says({"access_token": "TOKEN-1", "expires_in": 7200}, status="500 Oops"),
        ],
    )
    def test_without_a_token_nothing_was_sent(
        self, platform: ScriptedWeChat, client: WeChat, answer: Answer
    ) -> None:
        platform.on(STABLE_TOKEN, answer)
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, False)
        assert platform.asked(SEND) == []


class TestAnswers:
    def test_busy_is_tried_again(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, refuses(-1), OK)
        send(client)

        assert len(platform.asked(SEND)) == 2

    def test_busy_for_ever_has_an_end(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, refuses(-1))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (-1, False)
        assert len(platform.asked(SEND)) == 3

    @pytest.mark.parametrize("code", [40003, 45009, 45011, 45015, 45047, 43004, 48001, 47001])
    def test_a_refusal_is_not_repeated(
        self, platform: ScriptedWeChat, client: WeChat, code: int
    ) -> None:
        platform.on(SEND, refuses(code))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent, error.rid) == (code, False, "6613b2f7-1a2b")
        assert len(platform.asked(SEND)) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            page(b"<html>502</html>", kind="text/html"),
            page(b"<html>502</html>", status="502 Bad Gateway", kind="text/html"),
            page(b""),
            page(b"null"),
            page(b'{"errcode":0'),
            page(b"[" * 100_000),
            page(b"\xff\xfe"),
            says([]),
            says("ok"),
            says({}),
            says({"errcode": "abc"}),
            says({"errcode": "0"}),
            says({"errcode": None}),
            says({"errcode": True}),
            says({"errcode": 0.0}),
            says({"errcode": 0}, status="500 Oops"),
            page(b"", status="302 Found\r\nLocation: /cgi-bin/elsewhere"),
            raw(b"garbage\r\n\r\n"),
            raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            raw(HEAD + b"Content-Length: 20\r\n\r\n" + b'{"errcode":'),
            raw(b""),
            reset,
        ],
        ids=lambda _: "",
    )
    def test_what_is_no_answer_of_wechats_leaves_the_outcome_open(
        self, platform: ScriptedWeChat, client: WeChat, answer: Answer
    ) -> None:
        platform.on(SEND, answer)
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        # Neither repeated nor followed.
        assert [asked.path for asked in platform.journal] == [STABLE_TOKEN, SEND]

    def test_twenty_megabytes_are_not_read(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, page(b" " * 20_000_000))
        error = refusal(lambda: send(client))

        assert (str(error), error.sent) == ("0 answer too long", True)

    def test_a_refusal_with_another_status_is_still_wechats(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(SEND, says({"errcode": 45015, "errmsg": "no"}, status="412 No"))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (45015, False)

    @pytest.mark.parametrize("answer", [{"errcode": 0}, {"media_id": ""}, {"media_id": 1}])
    def test_an_upload_without_a_media_id_is_none(
        self, platform: ScriptedWeChat, client: WeChat, answer: dict[str, object]
    ) -> None:
        platform.on(UPLOAD, says(answer))
        error = refusal(lambda: upload(client))

        assert (error.code, error.sent) == (0, True)


class TestTime:
    @pytest.mark.parametrize(
        "answer",
        [
            hang,
            drip(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"a"),
            drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            drip(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
            drip(HEAD + b"Connection: close\r\n\r\n", b" "),
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        ],
        ids=["hang", "head", "100", "body", "close", "chunked"],
    )
    def test_every_answer_has_an_end(self, platform: ScriptedWeChat, answer: Answer) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=0.4, deadline=0.8)
        platform.on(SEND, answer)
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        assert time.monotonic() - begun < 3

    def test_renewing_and_trying_again_share_the_deadline(self, platform: ScriptedWeChat) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=5, deadline=0.8)
        platform.on(STABLE_TOKEN, token("TOKEN-1"), drip(HEAD, b"X: y\r\n"))
        platform.on(SEND, refuses(40001))
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, False)
        assert time.monotonic() - begun < 3

    def test_silence_ends_before_the_deadline(self, platform: ScriptedWeChat) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=0.2, deadline=30)
        platform.on(SEND, hang)
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (str(error), error.sent) == ("0 TimeoutError", True)
        assert time.monotonic() - begun < 5

    def test_an_upload_nobody_reads_has_an_end(self, platform: ScriptedWeChat) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            client = _with_token(platform, deaf.getsockname()[1])
            begun = time.monotonic()
            error = refusal(
                lambda: client.upload_temporary("image", "a.jpg", bytes(20_000_000), "image/jpeg")
            )

        assert (error.code, error.sent) == (0, True)
        assert time.monotonic() - begun < 3

    def test_no_connection_means_not_sent(self, platform: ScriptedWeChat) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        error = refusal(lambda: send(_with_token(platform, port)))

        assert (str(error), error.sent) == ("0 not connected: ConnectionRefusedError", False)

    def test_an_answer_lost_after_the_send_was_accepted_is_not_repeated(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        accepted: list[bool] = []

        def accept_and_vanish(peer: socket.socket) -> None:
            accepted.append(True)
            reset(peer)

        platform.on(SEND, accept_and_vanish)
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        assert accepted == [True]


class TestSecrets:
    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            (STABLE_TOKEN, refuses(40125, f"invalid appsecret {SECRET}")),
            (STABLE_TOKEN, reset),
            (STABLE_TOKEN, page(SECRET.encode())),
            (SEND, refuses(40001, "invalid credential TOKEN-1")),
            (SEND, refuses(45015, "out of time TOKEN-1")),
            (SEND, hang),
            (SEND, reset),
            (SEND, raw(b"TOKEN-1 bad\r\n\r\n")),
            (SEND, page(b"<html>TOKEN-1</html>")),
        ],
        ids=lambda _: "",
    )
    def test_no_secret_is_told(
        self,
        platform: ScriptedWeChat,
        client: WeChat,
        caplog: pytest.LogCaptureFixture,
        path: str,
        answer: Answer,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        platform.on(path, answer)
        told = repr(client)
        try:
            send(client)
        except WeChatError as error:
            told += str(error) + repr(error) + repr(vars(error)) + traceback.format_exc()
            while (cause := error.__cause__ or error.__context__) is not None:
                told += repr(cause) + repr(vars(cause))
                error = cause  # type: ignore[assignment]  # any exception, down the chain
        told += caplog.text + "".join(str(record.args) for record in caplog.records)

        assert caplog.records
        assert SECRET not in told
        assert "TOKEN-1" not in told

    def test_a_failure_is_logged_with_its_rid_and_a_hint(
        self, platform: ScriptedWeChat, client: WeChat, caplog: pytest.LogCaptureFixture
    ) -> None:
        platform.on(SEND, refuses(40164, "invalid ip 1.2.3.4\nrid: 66-ab"))
        refusal(lambda: send(client))

        (line,) = [record.getMessage() for record in caplog.records]
        assert line.startswith("wechat message/custom/send: 40164 invalid ip 1.2.3.4 rid=66-ab (")
        assert "白名单" in line


class TestConnection:
    def test_the_environments_proxy_is_passed_over(
        self, platform: ScriptedWeChat, client: WeChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        platform.on(SEND, OK)
        send(client)

        assert len(platform.asked(SEND)) == 1

    def test_an_unknown_certificate_is_refused(self, tmp_path: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(tmp_path))
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=_handshake, args=(door, context), daemon=True).start()
            client = WeChat("wx1", SECRET, api_base=f"https://127.0.0.1:{door.getsockname()[1]}")
            error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, False)
        assert str(error) == "0 not connected: SSLCertVerificationError"

    @pytest.mark.parametrize(
        "base", ["", "api.weixin.qq.com", "ftp://a", "https://", "http://a:b", "http://["]
    )
    def test_an_unusable_address_is_named(self, base: str) -> None:
        with pytest.raises(ConfigError, match="WECHAT_API_BASE"):
            WeChat("wx1", SECRET, api_base=base)

    def test_an_address_may_have_a_path_of_its_own(self, platform: ScriptedWeChat) -> None:
        platform.on("/relay/cgi-bin/stable_token", token("TOKEN-9"))
        client = WeChat("wx1", SECRET, api_base=f"{platform.address}/relay/")

        assert client.access_token == "TOKEN-9"

    @pytest.mark.parametrize("module", ["crypto", "codec", "replies", "errcodes"])
    def test_the_pure_parts_need_no_client(self, module: str) -> None:
        code = (
            f"import sys, bot.wechat.{module};"
            "print([name for name in ('wechatpy', 'requests', 'urllib3') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

        assert done.stdout == b"[]\n"


class TestCalls:
    @pytest.mark.parametrize(
        ("reply", "message"),
        [
            (TextReply("书 😀"), {"msgtype": "text", "text": {"content": "书 😀"}}),
            (TextReply("书" * 700), {"msgtype": "text", "text": {"content": "书" * 666}}),
            (ImageReply("m"), {"msgtype": "image", "image": {"media_id": "m"}}),
            (ImageReply("file:a.png", "稍等"), {"msgtype": "text", "text": {"content": "稍等"}}),
            (VoiceReply("m"), {"msgtype": "voice", "voice": {"media_id": "m"}}),
            (
                VideoReply("m", "a", "b"),
                {"msgtype": "video", "video": {"media_id": "m", "title": "a", "description": "b"}},
            ),
            (
                MusicReply("t", "a", "b", "http://c", "http://d"),
                {
                    "msgtype": "music",
                    "music": {
                        "title": "a",
                        "description": "b",
                        "musicurl": "http://c",
                        "hqmusicurl": "http://d",
                        "thumb_media_id": "t",
                    },
                },
            ),
            (
                NewsReply((Article("a", "b", "http://c", "http://d"),) * 2),
                {
                    "msgtype": "news",
                    "news": {
                        "articles": [
                            {
                                "title": "a",
                                "description": "b",
                                "url": "http://c",
                                "picurl": "http://d",
                            }
                        ]
                    },
                },
            ),
            (
                MiniprogramReply("wx9", "pages/a", "打开", thumb="t"),
                {
                    "msgtype": "miniprogrampage",
                    "miniprogrampage": {
                        "title": "打开",
                        "appid": "wx9",
                        "pagepath": "pages/a",
                        "thumb_media_id": "t",
                    },
                },
            ),
            (
                MiniprogramReply("wx9", "pages/a", "打开", url="http://c"),
                {
                    "msgtype": "text",
                    "text": {
                        "content": '<a data-miniprogram-appid="wx9"'
                        ' data-miniprogram-path="pages/a" href="http://c">打开</a>'
                    },
                },
            ),
        ],
    )
    def test_send(
        self, platform: ScriptedWeChat, client: WeChat, reply: Reply, message: dict[str, object]
    ) -> None:
        platform.on(SEND, OK)
        client.send("o1", reply)

        (asked,) = platform.asked(SEND)
        assert asked.json == {"touser": "o1"} | message
        assert b"\\u" not in asked.body

    def test_what_ai_made_is_marked(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, OK)
        client.send("o1", ImageReply("m"), ai=True)

        assert platform.asked(SEND)[0].json["aimsgcontext"] == {"is_ai_msg": 1}

    def test_lone_surrogates_are_dropped(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, OK)
        client.send("o1", VideoReply("m", "题\ud800"))

        assert platform.asked(SEND)[0].json["video"]["title"] == "题"

    def test_a_transfer_cannot_be_sent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        error = refusal(lambda: client.send("o1", TransferReply()))

        assert (error.code, error.sent, platform.journal) == (0, False, [])

    def test_typing(self, platform: ScriptedWeChat, client: WeChat) -> None:
        path = "/cgi-bin/message/custom/typing"
        platform.on(path, OK, refuses(45081), refuses(45080), refuses(48001))
        for _ in range(3):
            client.typing("o1")

        assert refusal(lambda: client.typing("o1")).code == 48001
        assert platform.asked(path)[0].json == {"touser": "o1", "command": "Typing"}

    def test_upload_temporary(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(UPLOAD, says({"type": "image", "media_id": "m-1", "created_at": 1395}))

        assert upload(client) == ("m-1", 1395)
        (asked,) = platform.asked(UPLOAD)
        assert asked.query == {"type": "image", "access_token": "TOKEN-1"}
        head, _, rest = asked.body.partition(b"\r\n\r\n")
        assert b'Content-Disposition: form-data; name="media"; filename="_.jpg"' in head
        assert b"Content-Type: image/jpeg" in head
        assert rest.startswith(PICTURE + b"\r\n--")

    def test_a_thumb_has_its_own_media_id(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(UPLOAD, says({"type": "thumb", "thumb_media_id": "t-1", "created_at": 7}))

        assert client.upload_temporary("thumb", "t.jpg", b"t", "image/jpeg") == ("t-1", 7)

    def test_upload_permanent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(ADD, says({"media_id": "p-1", "url": "http://mmbiz.qpic.cn/a"}))

        assert client.upload_permanent("image", "a.jpg", PICTURE, "image/jpeg") == "p-1"
        assert client.upload_permanent("video", "片.mp4", PICTURE, "video/mp4") == "p-1"
        image, video = platform.asked(ADD)
        assert image.query == {"type": "image", "access_token": "TOKEN-1"}
        assert b'name="description"' not in image.body
        assert '{"title": "片", "introduction": ""}'.encode() in video.body

    def test_delete_permanent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        path = "/cgi-bin/material/del_material"
        platform.on(path, OK, refuses(40007))
        client.delete_permanent("p-1")

        assert platform.asked(path)[0].json == {"media_id": "p-1"}
        assert refusal(lambda: client.delete_permanent("p-1")).code == 40007

    def test_menu(self, platform: ScriptedWeChat, client: WeChat) -> None:
        menu = {"button": [{"type": "click", "name": "取图", "key": "COLLECT"}]}
        platform.on("/cgi-bin/menu/create", OK)
        platform.on("/cgi-bin/menu/get", says({"menu": menu}), refuses(46003), refuses(48001))
        client.menu_create(menu)

        assert platform.asked("/cgi-bin/menu/create")[0].json == menu
        assert client.menu_get() == {"menu": menu}
        assert client.menu_get() is None
        assert refusal(client.menu_get).code == 48001

    def test_reading(self, platform: ScriptedWeChat, client: WeChat) -> None:
        rules = {"is_autoreply_open": 1, "keyword_autoreply_info": {"list": []}}
        limits = {"quota": {"daily_limit": 10, "used": 1, "remain": 9}}
        platform.on("/cgi-bin/get_current_autoreply_info", says(rules))
        platform.on("/cgi-bin/getcallbackip", says({"ip_list": ["1.2.3.4", "1.2.3.0/24"]}))
        platform.on("/cgi-bin/openapi/quota/get", says(limits | {"errcode": 0}))

        assert client.autoreply() == rules
        assert client.callback_ips() == ["1.2.3.4", "1.2.3.0/24"]
        assert client.quota(SEND)["quota"] == limits["quota"]
        assert platform.asked("/cgi-bin/getcallbackip")[0].method == "GET"
        assert platform.asked("/cgi-bin/openapi/quota/get")[0].json == {"cgi_path": SEND}


def _with_token(platform: ScriptedWeChat, port: int) -> WeChat:
    """Return a client of *port* whose token came from *platform*."""
    known = WeChat("wx1", SECRET, api_base=platform.address)
    assert known.access_token == "TOKEN-1"
    client = WeChat("wx1", SECRET, api_base=f"http://127.0.0.1:{port}", upload_deadline=0.8)
    client._token = known._token
    return client


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "certificate.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _handshake(door: socket.socket, context: ssl.SSLContext) -> None:
    peer, _ = door.accept()
    with peer:
        try:
            context.wrap_socket(peer, server_side=True).close()
        except OSError:
            return
