"""Custom messages: who may be written to, how often, with what, and the typing hint."""

from typing import Any

import pytest

from tests.sandbox.sandbox_stage import Stage, jpeg

TWO_DAYS = 48 * 3600


class TestWindows:
    def test_five_messages_in_48_hours_after_a_message(self, stage: Stage) -> None:
        stage.send()

        assert [stage.custom() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
        assert stage.shown() == [("text", "好了")] * 5

    def test_the_next_message_opens_it_anew(self, stage: Stage) -> None:
        stage.send()
        assert [stage.custom() for _ in range(6)][-1] == 45047

        stage.send()

        assert [stage.custom() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]

    def test_the_window_closes_after_48_hours(self, stage: Stage) -> None:
        stage.send()
        stage.clock.ahead = TWO_DAYS - 5
        assert _fresh(stage) == 0

        stage.clock.ahead = TWO_DAYS + 5

        assert _fresh(stage) == 45015

    def test_who_never_wrote_has_no_window(self, stage: Stage) -> None:
        assert stage.custom() == 45015

    @pytest.mark.parametrize(
        ("event", "opens"),
        [
            ("subscribe", True),
            ("CLICK", True),
            ("SCAN", True),
            ("scancode_push", True),
            ("scancode_waitmsg", True),
            ("VIEW", False),
            ("LOCATION", False),
            ("location_select", False),
            ("pic_weixin", False),
        ],
    )
    def test_a_tap_a_follow_or_a_scan_opens_three_in_a_minute(
        self, stage: Stage, event: str, *, opens: bool
    ) -> None:
        stage.happen(event, "key")

        assert [stage.custom() for _ in range(4)] == ([0, 0, 0, 45047] if opens else [45015] * 4)
        stage.clock.ahead = 61
        assert stage.custom() == 45015

    def test_both_windows_are_used_the_shorter_first(self, stage: Stage) -> None:
        stage.send()
        stage.happen("CLICK", "key")

        assert [stage.custom() for _ in range(9)] == [0] * 8 + [45047]

    def test_after_the_minute_the_longer_one_is_whole(self, stage: Stage) -> None:
        stage.send()
        stage.happen("CLICK", "key")
        assert [stage.custom() for _ in range(3)] == [0, 0, 0]

        stage.clock.ahead = 61

        assert [stage.custom() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]

    def test_a_refused_message_costs_nothing(self, stage: Stage) -> None:
        stage.send()

        assert [stage.custom("") for _ in range(6)] == [44004] * 6
        assert stage.custom() == 0


class TestRecipient:
    def test_unverified_accounts_may_not_push(self, stage: Stage) -> None:
        stage.phone("account", verified=False)
        stage.send()

        assert stage.custom() == 48001
        assert stage.post("message/custom/typing", {"touser": stage.openid})["errcode"] == 48001

    def test_nor_to_who_does_not_follow(self, stage: Stage) -> None:
        assert stage.custom(openid=stage.stranger) == 43004

    def test_nor_after_unfollowing(self, stage: Stage) -> None:
        stage.send()
        stage.happen("unsubscribe")

        assert stage.custom() == 43004
        stage.happen("subscribe")
        assert [stage.custom() for _ in range(4)] == [0, 0, 0, 45047]

    @pytest.mark.parametrize("touser", ["oNobody", "", None, 5, ["o"]])
    def test_nor_to_nobody(self, stage: Stage, touser: Any) -> None:
        body = {"touser": touser, "msgtype": "text", "text": {"content": "好"}}

        assert stage.post("message/custom/send", body)["errcode"] == 40003

    def test_the_closed_window_of_the_trouble_drawer(self, stage: Stage) -> None:
        stage.send()
        stage.phone("trouble", name="closed_window", on=True)
        assert [stage.custom(), stage.custom()] == [45015, 45015]

        stage.phone("trouble", name="closed_window", on=False)

        assert stage.custom() == 0


class TestBody:
    @pytest.mark.parametrize(
        ("data", "errcode"),
        [
            (b"", 44002),
            (b"{", 47001),
            (b"\xff\xfe{}", 47001),
            (b"[]", 47001),
            (b'{"touser": "\\u597d"}', 40033),
            (b'{"touser": "o\\\\\\u597d"}', 40033),
            (b'{"touser": "\\\\u597d"}', 40003),
        ],
    )
    def test_it_is_json_in_raw_utf8(self, stage: Stage, data: bytes, errcode: int) -> None:
        answer = stage.post("message/custom/send", data)

        assert answer["errcode"] == errcode
        assert " rid: " in answer["errmsg"]

    def test_get_is_refused(self, stage: Stage) -> None:
        assert stage.get("message/custom/send").json()["errcode"] == 43002

    @pytest.mark.parametrize(
        ("content", "errcode"),
        [("好" * 682 + "ab", 0), ("好" * 682 + "abc", 45002), ("", 44004), (None, 44004)],
    )
    def test_a_text_has_at_most_2048_bytes(
        self, stage: Stage, content: str | None, errcode: int
    ) -> None:
        stage.send()
        body = {"touser": stage.openid, "msgtype": "text", "text": {"content": content}}

        assert stage.post("message/custom/send", body)["errcode"] == errcode

    @pytest.mark.parametrize("value", [1, None, 0])
    def test_the_ai_flag_is_shown(self, stage: Stage, value: int | None) -> None:
        stage.send()
        more: dict[str, Any] = {} if value is None else {"aimsgcontext": {"is_ai_msg": value}}

        assert stage.custom(**more) == 0
        item = stage.log()[-1]
        assert (item["ai"], item["via"]) == (value == 1, "custom")


class TestKinds:
    def test_all_that_can_be_sent(self, stage: Stage) -> None:
        stage.send()
        stage.happen("CLICK", "more")
        image = stage.picture()
        thumb = stage.upload("media/upload", ("a.jpg", jpeg(), "image/jpeg"), type="thumb")
        thumb_id = thumb["thumb_media_id"]
        article = {"title": "题", "description": "摘", "url": "http://x.test", "picurl": ""}
        menu = {
            "head_content": "满意吗",
            "list": [{"id": "1", "content": "满意"}, {"id": "2", "content": "不"}],
            "tail_content": "谢谢",
        }
        page = {"title": "小程序", "appid": "wx1", "pagepath": "p", "thumb_media_id": image}
        kinds = {
            "image": {"media_id": image},
            "music": {"musicurl": "http://x.test/a.mp3", "thumb_media_id": thumb_id},
            "news": {"articles": [article]},
            "msgmenu": menu,
            "wxcard": {"card_id": "c1"},
            "miniprogrampage": page,
        }

        answers = [_push(stage, kind, content) for kind, content in kinds.items()]

        assert answers == [0] * 6
        items = [item for item in stage.log() if item["via"] == "custom"]
        assert [item["kind"] for item in items] == [
            "image",
            "music",
            "news",
            "msgmenu",
            "link",
            "miniprogram",
        ]
        assert items[0]["media"] == f"/_media/{image}"
        assert items[2]["articles"][0]["title"] == "题"
        assert "msgmenucontent=%E6%BB%A1%E6%84%8F&msgmenuid=1" in items[3]["text"]

    def test_voice_and_video(self, stage: Stage) -> None:
        stage.send()
        voice = stage.upload("media/upload", ("a.amr", b"#!AMR\n", "audio/amr"), type="voice")
        film = ("a.mp4", b"\0\0\0\x18ftypmp42", "video/mp4")
        video = stage.upload("media/upload", film, type="video")

        assert _push(stage, "voice", {"media_id": voice["media_id"]}) == 0
        shown = {"media_id": video["media_id"], "title": "片", "description": "说明"}
        assert _push(stage, "video", shown) == 0
        assert [item["kind"] for item in stage.log()[-2:]] == ["voice", "video"]
        assert stage.log()[-1]["title"] == "片"

    @pytest.mark.parametrize(
        ("kind", "content", "errcode"),
        [
            ("image", {"media_id": "nothing"}, 40007),
            ("image", {}, 41006),
            ("voice", {"media_id": "nothing"}, 40007),
            ("music", {"musicurl": "http://x.test/a.mp3"}, 41006),
            ("news", {"articles": []}, 44003),
            ("news", {"articles": [{"title": "1"}, {"title": "2"}]}, 45008),
            ("mpnews", {"media_id": "nothing"}, 40007),
            ("mpnewsarticle", {"article_id": "nothing"}, 40007),
            ("msgmenu", {"list": "1"}, 47001),
            ("wxcard", {}, 40035),
            ("miniprogrampage", {"title": "小程序"}, 40035),
            ("text", {"content": {"not": "a text"}}, 47001),
            ("poem", {"content": "床前"}, 40008),
        ],
    )
    def test_what_is_wrong_is_named(
        self, stage: Stage, kind: str, content: dict[str, Any], errcode: int
    ) -> None:
        stage.send()

        assert _push(stage, kind, content) == errcode

    def test_a_voice_is_no_image(self, stage: Stage) -> None:
        stage.send()

        assert _push(stage, "voice", {"media_id": stage.picture()}) == 40007

    def test_a_media_id_ends_after_three_days(self, stage: Stage) -> None:
        media = stage.picture()
        stage.clock.ahead = stage.webhook.ahead = 3 * 24 * 3600 + 1
        stage.send()

        assert _push(stage, "image", {"media_id": media}, fresh=True) == 40007


class TestTyping:
    def test_it_shows_until_a_message_or_the_time_ends_it(self, stage: Stage) -> None:
        stage.send()

        assert _typing(stage) == 0
        assert stage.log()[-1]["typing"] is True
        assert _typing(stage) == 45081
        assert stage.custom() == 0
        assert _typing(stage) == 0
        stage.clock.ahead = 16
        assert _typing(stage) == 0

    def test_it_can_be_cancelled(self, stage: Stage) -> None:
        stage.send()

        assert [_typing(stage), _typing(stage, "CancelTyping"), _typing(stage)] == [0, 0, 0]

    def test_it_needs_an_interaction_within_30_seconds(self, stage: Stage) -> None:
        assert _typing(stage) == 45080
        stage.send()
        stage.clock.ahead = 31
        assert _typing(stage) == 45080

    def test_it_knows_two_commands(self, stage: Stage) -> None:
        stage.send()

        assert _typing(stage, "Dance") == 45072


def _push(stage: Stage, kind: str, content: Any, *, fresh: bool = False) -> int:
    body = {"touser": stage.openid, "msgtype": kind, kind: content}
    query = {"access_token": stage.world.tokens.stable()[0]} if fresh else {}
    return int(stage.post("message/custom/send", body, **query)["errcode"])


def _fresh(stage: Stage) -> int:
    """Send a text with a token of the clock's day."""
    return _push(stage, "text", {"content": "好"}, fresh=True)


def _typing(stage: Stage, command: str = "Typing") -> int:
    body = {"touser": stage.openid, "command": command}
    return int(stage.post("message/custom/typing", body)["errcode"])
