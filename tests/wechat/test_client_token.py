"""The token and the secrets as WeChat and the log see them."""

import logging
import threading
import traceback

import pytest

from bot.errors import WeChatError
from bot.wechat.client import WeChat
from tests.wechat.scripted_wechat import (
    OK,
    PICTURE,
    SECRET,
    SEND,
    STABLE_TOKEN,
    UPLOAD,
    Answer,
    ScriptedWeChat,
    hang,
    page,
    raw,
    refusal,
    refuses,
    reset,
    says,
    send,
    token,
    upload,
)


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

        assert upload(client) == "m-1"
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
