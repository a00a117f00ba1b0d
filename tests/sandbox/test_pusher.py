"""Pushes: signatures and modes, the five-second cut, repeats, and what the phone shows."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Response

from bot.models import (
    Article,
    ImageReply,
    MusicReply,
    NewsReply,
    Reply,
    TextMessage,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)
from tests.sandbox.sandbox_stage import Heard, Stage, encoded, jpeg, late, say, shows

FAULT = ("notice", "该公众号提供的服务出现故障，请稍后再试")


def outcomes(record: dict[str, Any]) -> list[str]:
    return [attempt["outcome"] for attempt in record["attempts"]]


class TestModes:
    @pytest.mark.parametrize("mode", ["safe", "compatible", "plaintext"])
    def test_an_answer_in_each_mode_is_shown(self, stage: Stage, mode: str) -> None:
        stage.phone("account", mode=mode)
        stage.webhook.answers = [say("你也好")]

        record = stage.send("你好")

        assert stage.shown() == [("text", "你也好")]
        assert outcomes(record) == ["answered"]
        assert record["mode"] == mode
        assert [message.openid for message in stage.webhook.messages] == [stage.openid]
        (attempt,) = record["attempts"]
        assert attempt["status"] == 200
        assert "你好" in attempt["request_xml"]
        assert ("你好" in attempt["request_body"]) == (mode != "safe")
        assert ("<Encrypt>" in attempt["request_body"]) == (mode != "plaintext")
        assert "你也好" in attempt["response_xml"]
        assert ("msg_signature=" in attempt["url"]) == (mode != "plaintext")

    def test_safe_mode_takes_no_clear_reply(self, stage: Stage) -> None:
        stage.webhook.answers = [lambda heard: heard.reply(TextReply("明"), sealed=False)] * 3

        assert outcomes(stage.send()) == ["failed"] * 3
        assert stage.shown() == [FAULT]

    def test_compatible_mode_takes_a_clear_reply(self, stage: Stage) -> None:
        stage.phone("account", mode="compatible")
        stage.webhook.answers = [lambda heard: heard.reply(TextReply("明"), sealed=False)]

        assert outcomes(stage.send()) == ["answered"]
        assert stage.shown() == [("text", "明")]

    def test_plaintext_mode_takes_no_sealed_reply(self, stage: Stage) -> None:
        stage.phone("account", mode="plaintext")
        stage.webhook.answers = [lambda heard: heard.reply(TextReply("密"), sealed=True)] * 3

        assert outcomes(stage.send()) == ["failed"] * 3

    def test_without_an_aes_key_only_plaintext_mode_is_left(
        self, make_stage: Callable[..., Stage]
    ) -> None:
        stage = make_stage(aes_key="")
        stage.webhook.answers = [say("好")]

        assert stage.send()["mode"] == "plaintext"
        assert stage.shown() == [("text", "好")]


class TestRepeats:
    def test_three_pushes_of_five_seconds_then_the_notice(self, hasty: Stage) -> None:
        hasty.webhook.answers = [late(say("晚了"), seconds=1.2)] * 3

        record = hasty.send()

        assert outcomes(record) == ["timeout"] * 3
        assert hasty.shown() == [FAULT]
        assert all(attempt["ms"] >= 600 for attempt in record["attempts"])
        assert len({message.msg_id for message in hasty.webhook.messages}) == 1
        queries = [heard.request.args for heard in hasty.webhook.heard]
        assert len({query["nonce"] for query in queries}) == 3
        assert len({query["signature"] for query in queries}) == 3

    def test_the_answer_to_a_repeat_is_shown_once(self, hasty: Stage) -> None:
        hasty.webhook.answers = [late(say("一"), seconds=1.2), say("二")]

        assert outcomes(hasty.send()) == ["timeout", "answered"]
        assert hasty.shown() == [("text", "二")]

    def test_a_dripping_answer_is_cut_as_a_whole(self, hasty: Stage) -> None:
        def drip(heard: Heard) -> Response:
            data = heard.reply(TextReply("慢")).data
            return Response(_slowly(data))

        hasty.webhook.answers = [drip] * 3

        assert outcomes(hasty.send()) == ["timeout"] * 3

    @pytest.mark.parametrize("status", [201, 302, 403, 500])
    def test_any_status_but_200_is_a_failure(self, stage: Stage, status: int) -> None:
        stage.webhook.answers = [
            lambda heard: Response(heard.reply(TextReply("好")).data, status=status),
            say("好"),
        ]

        record = stage.send()

        assert outcomes(record) == ["failed", "answered"]
        assert record["attempts"][0]["status"] == status

    @pytest.mark.parametrize("body", ["", "success", " success\n"])
    def test_the_empty_answer_shows_nothing_and_ends_it(self, stage: Stage, body: str) -> None:
        stage.webhook.answers = [lambda _: Response(body)]

        assert outcomes(stage.send()) == ["success"]
        assert stage.shown() == []

    @pytest.mark.parametrize(
        "xml",
        [
            b"null",
            b'{"text": "hi"}',
            b"<xml><MsgType>text</MsgType></xml>",
            b"<html></html>",
        ],
    )
    def test_what_cannot_be_read_is_repeated(self, stage: Stage, xml: bytes) -> None:
        stage.webhook.answers = [lambda heard: heard.raw(xml, sealed=True)] * 3

        assert outcomes(stage.send()) == ["failed"] * 3
        assert stage.shown() == [FAULT]

    def test_a_reply_to_somebody_else_fails(self, stage: Stage) -> None:
        wrong = stage.stranger
        stage.webhook.answers = [lambda heard: heard.reply(TextReply("谁"), openid=wrong)] * 3

        assert outcomes(stage.send()) == ["failed"] * 3

    def test_who_left_sees_no_notice(self, stage: Stage) -> None:
        stage.webhook.answers = [lambda _: Response(status=500)] * 3

        record = stage.happen("unsubscribe")

        assert outcomes(record) == ["failed"] * 3
        assert stage.shown() == []

    def test_nobody_listening_is_a_failure(self, make_stage: Callable[..., Stage]) -> None:
        stage = make_stage(webhook_url="http://127.0.0.1:9/wechat")

        record = stage.send()

        assert outcomes(record) == ["failed"] * 3
        assert record["attempts"][0]["status"] is None
        assert stage.shown() == [FAULT]


def _slowly(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        yield data[place : place + 1]
        time.sleep(0.05)


class TestShown:
    def test_every_kind_of_reply(self, stage: Stage) -> None:
        image = stage.picture()
        voice = stage.upload("media/upload", ("a.mp3", b"ID3sound", "audio/mpeg"), type="voice")
        film = b"\0\0\0\x18ftypmp42"
        video = stage.upload("media/upload", ("a.mp4", film, "video/mp4"), type="video")
        thumb = stage.upload("media/upload", ("a.jpg", jpeg(), "image/jpeg"), type="thumb")
        replies: list[Reply] = [
            ImageReply(image),
            VoiceReply(voice["media_id"]),
            VideoReply(video["media_id"], "片", "说明"),
            MusicReply(thumb["thumb_media_id"], "歌", "词", "http://x.test/a.mp3"),
            TransferReply(),
        ]
        for reply in replies:
            stage.webhook.answers = [shows(reply)]
            stage.send()

        shown = [item for item in stage.log() if item["from"] != "follower"]
        assert [(item["from"], item["kind"]) for item in shown] == [
            ("bot", "image"),
            ("bot", "voice"),
            ("bot", "video"),
            ("bot", "music"),
            ("system", "notice"),
        ]
        assert shown[0]["media"] == f"/_media/{image}"
        assert shown[2]["title"] == "片"
        assert shown[3]["url"] == "http://x.test/a.mp3"
        assert {item["via"] for item in shown} == {"passive"}

    @pytest.mark.parametrize(("act", "count"), [("send", 1), ("click", 3)])
    def test_news_shows_one_article_in_answer_to_a_message(
        self, stage: Stage, act: str, count: int
    ) -> None:
        articles = tuple(Article(f"第{n}篇", "摘要", f"http://x.test/{n}") for n in range(3))
        stage.webhook.answers = [shows(NewsReply(articles))]

        if act == "send":
            stage.send()
        else:
            stage.happen("CLICK", "menu")

        assert len(stage.log()[-1]["articles"]) == count

    def test_a_cover_the_bot_serves_is_fetched_for_the_phone(self, stage: Stage) -> None:
        stage.webhook.files["/cover.png"] = encoded("PNG")
        cover = stage.config.webhook_url.replace("/wechat", "/cover.png")
        articles = (Article("题", "摘要", "http://x.test/", cover),)
        stage.webhook.answers = [shows(NewsReply(articles))]

        stage.send()

        address = stage.log()[-1]["articles"][0]["pic_url"]
        assert address.startswith("/_media/")
        assert requests.get(stage.address + address, timeout=5).content == encoded("PNG")

    def test_a_cover_from_elsewhere_keeps_its_address(self, stage: Stage) -> None:
        articles = (Article("题", "摘要", "http://x.test/", "http://pictures.test/a.png"),)
        stage.webhook.answers = [shows(NewsReply(articles))]

        stage.send()

        assert stage.log()[-1]["articles"][0]["pic_url"] == "http://pictures.test/a.png"

    @pytest.mark.parametrize("kind", ["unknown", "expired", "gif"])
    def test_a_picture_wechat_could_not_show_becomes_the_notice(
        self, stage: Stage, kind: str
    ) -> None:
        media = "no-such-media"
        if kind == "expired":
            media = stage.picture()
            stage.clock.ahead = stage.webhook.ahead = 3 * 24 * 3600 + 1
        if kind == "gif":
            gif = ("a.gif", encoded("GIF"), "image/gif")
            media = stage.upload("media/upload", gif, type="image")["media_id"]
        stage.webhook.answers = [shows(ImageReply(media))]

        assert outcomes(stage.send()) == ["answered"]
        assert stage.shown() == [FAULT]

    def test_the_trace_reaches_the_inspector(self, stage: Stage) -> None:
        trace = {"handler": "keyword", "rule": "电子书", "ms": 0.3}

        def traced(heard: Heard) -> Response:
            response = heard.reply(TextReply("给你"))
            header = base64.b64encode(json.dumps(trace, ensure_ascii=False).encode())
            response.headers["X-Huaxin-Trace"] = header.decode()
            return response

        stage.webhook.answers = [traced]

        record = stage.send("电子书")

        assert record["attempts"][0]["trace"] == trace
        assert record["handler"] == "keyword"

    def test_a_broken_trace_is_no_trace(self, stage: Stage) -> None:
        def traced(heard: Heard) -> Response:
            response = heard.reply(TextReply("给你"))
            response.headers["X-Huaxin-Trace"] = "不是".encode().hex() + "!"
            return response

        stage.webhook.answers = [traced]

        assert stage.send()["attempts"][0]["trace"] is None


class TestOrder:
    def test_a_followers_messages_go_out_in_order_and_overlap(self, stage: Stage) -> None:
        stage.webhook.answers = [late(say("一"), seconds=1.0), say("二"), say("三")]

        pushes = [
            stage.phone("send", openid=stage.openid, type="text", content=str(n))["push"]
            for n in range(3)
        ]
        for push in pushes:
            stage.done(push)

        heard = [message for message in stage.webhook.messages if isinstance(message, TextMessage)]
        assert [message.content for message in heard] == ["0", "1", "2"]
        texts = [text for _, text in stage.shown()]
        assert sorted(texts[:2]) == ["三", "二"]
        assert texts[2:] == ["一"]
        assert len({message.msg_id for message in heard}) == 3

    def test_resending_pushes_the_very_same_message(self, stage: Stage) -> None:
        first = stage.send("电子书")

        again = stage.done(stage.phone("resend", push=first["id"])["push"])

        assert again["id"] != first["id"]
        assert again["message_key_fields"] == first["message_key_fields"]
        assert stage.webhook.messages[0] == stage.webhook.messages[1]
        assert len([item for item in stage.log() if item["from"] == "follower"]) == 1


class TestTroubles:
    def test_a_wrong_signature_strikes_one_push(self, stage: Stage) -> None:
        stage.phone("trouble", name="wrong_signature", on=True)

        assert outcomes(stage.send()) == ["failed"] * 3
        assert [heard.inbound for heard in stage.webhook.heard] == [None] * 3
        assert stage.shown() == [FAULT]
        assert outcomes(stage.send()) == ["success"]

    def test_a_repeated_push_shows_one_answer(self, stage: Stage) -> None:
        stage.phone("trouble", name="repeated_push", on=True)
        stage.webhook.answers = [say("好"), say("好"), say("好")]

        assert outcomes(stage.send()) == ["answered"] * 3
        assert stage.shown() == [("text", "好")]
        assert len({message.msg_id for message in stage.webhook.messages}) == 1

    def test_a_slow_reply_is_heard_at_the_third_push(self, hasty: Stage) -> None:
        hasty.phone("trouble", name="slow_reply", on=True)
        hasty.webhook.answers = [say("好"), say("好"), say("好")]

        record = hasty.send()

        assert outcomes(record) == ["timeout", "timeout", "answered"]
        assert all(attempt["ms"] >= 600 for attempt in record["attempts"][:2])
        assert hasty.shown() == [("text", "好")]
