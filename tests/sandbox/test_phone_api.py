"""The phone's API: followers, messages, events, logs, settings, and what is refused."""

from typing import Any

import pytest
import requests

from bot import models
from tests.sandbox.sandbox_stage import Stage, encoded, jpeg, say


def refused(stage: Stage, path: str, body: Any, **options: Any) -> tuple[int, str]:
    url = f"{stage.address}/_phone/{path}"
    answer = requests.post(url, json=body, timeout=5, **options)
    return answer.status_code, answer.json()["error"]


class TestState:
    def test_a_fresh_sandbox(self, stage: Stage) -> None:
        state = stage.look("state")

        assert state["account"] == {
            "name": "画信体验号",
            "verified": True,
            "mode": "safe",
            "image_delay": 0.0,
            "webhook_url": stage.config.webhook_url,
        }
        assert [(each["nickname"], each["following"]) for each in state["followers"]] == [
            ("小画", True),
            ("阿信", False),
        ]
        assert len({each["openid"] for each in state["followers"]}) == 2
        assert all(len(each["openid"]) == 28 for each in state["followers"])
        assert state["menu"] == []
        assert [each["name"] for each in state["troubles"]] == [
            "wrong_signature",
            "repeated_push",
            "slow_reply",
            "expired_token",
            "closed_window",
            "provider_down",
            "refused_content",
            "quota_used_up",
        ]
        assert all(each["title"] and each["explain"] for each in state["troubles"])
        assert not any(each["on"] for each in state["troubles"])

    def test_it_can_be_changed(self, stage: Stage) -> None:
        changes = {"verified": False, "mode": "plaintext", "image_delay": 3.5}

        state = stage.phone("account", **changes)

        assert state["account"] | changes == state["account"]
        assert stage.look("state") == state

    @pytest.mark.parametrize(
        "body",
        [{"mode": "secret"}, {"image_delay": -1}, {"image_delay": 601}, {"image_delay": "2"}, []],
    )
    def test_what_cannot_be_meant_is_refused(self, stage: Stage, body: Any) -> None:
        assert refused(stage, "account", body)[0] == 400
        assert stage.look("state")["account"]["mode"] == "safe"

    def test_an_unknown_trouble(self, stage: Stage) -> None:
        assert refused(stage, "trouble", {"name": ["x"], "on": True}) == (400, "没有这种故障")

    def test_a_new_follower(self, stage: Stage) -> None:
        added = stage.phone("followers", nickname=" 小新 ")

        assert (added["nickname"], added["following"]) == ("小新", False)
        assert added in stage.look("state")["followers"]

    @pytest.mark.parametrize("nickname", ["", "  ", "名" * 21, None])
    def test_a_nickname_has_a_length(self, stage: Stage, nickname: str | None) -> None:
        assert refused(stage, "followers", {"nickname": nickname})[0] == 400


class TestMessages:
    @pytest.mark.parametrize(
        ("body", "kind", "pushed"),
        [
            (
                {"type": "text", "content": " 电子书 🐱 "},
                models.TextMessage,
                {"content": " 电子书 🐱 "},
            ),
            (
                {"type": "voice", "recognition": "画一只猫"},
                models.VoiceMessage,
                {"recognition": "画一只猫", "format": "amr"},
            ),
            ({"type": "video"}, models.VideoMessage, {"short": False}),
            (
                {"type": "location", "latitude": "31.24", "longitude": 121.5, "label": "外滩"},
                models.LocationMessage,
                {"latitude": "31.240000", "longitude": "121.500000", "label": "外滩"},
            ),
            (
                {"type": "link", "title": "题", "description": "摘", "url": "https://x.test/"},
                models.LinkMessage,
                {"title": "题", "description": "摘", "url": "https://x.test/"},
            ),
        ],
    )
    def test_each_kind_is_pushed_and_logged(
        self, stage: Stage, body: dict[str, Any], kind: type, pushed: dict[str, Any]
    ) -> None:
        stage.done(stage.phone("send", openid=stage.openid, **body)["push"])

        (message,) = stage.webhook.messages
        assert type(message) is kind
        assert {name: getattr(message, name) for name in pushed} == pushed
        assert message.to == stage.config.original_id
        (item,) = stage.log()
        assert (item["from"], item["kind"]) == ("follower", body["type"])
        assert item["step"] == {"send": body}

    def test_a_photo_arrives_as_jpeg_and_is_shown(self, stage: Stage) -> None:
        form = {"openid": stage.openid, "type": "image"}
        photo = {"media": ("p.png", encoded("PNG"), "image/png")}
        answer = requests.post(f"{stage.address}/_phone/send", data=form, files=photo, timeout=5)
        assert answer.status_code == 202
        stage.done(answer.json()["push"])

        (item,) = stage.log()
        shown = requests.get(stage.address + item["media"], timeout=5)

        assert shown.content.startswith(b"\xff\xd8\xff")
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        "body",
        [
            {"type": "text", "content": ""},
            {"type": "text"},
            {"type": "poem", "content": "床前"},
            {"type": "image"},
            {"type": "location", "latitude": "north"},
            {"type": "link", "url": "javascript:alert(1)"},
        ],
    )
    def test_what_cannot_be_sent(self, stage: Stage, body: dict[str, Any]) -> None:
        assert refused(stage, "send", {"openid": stage.openid, **body})[0] == 400
        assert stage.log() == []

    def test_a_photo_that_is_none(self, stage: Stage) -> None:
        form = {"openid": stage.openid, "type": "image"}
        photo = {"media": ("p.png", b"nothing", "image/png")}

        answer = requests.post(f"{stage.address}/_phone/send", data=form, files=photo, timeout=5)

        assert (answer.status_code, answer.json()) == (400, {"error": "这不是一张能读的图片"})

    def test_nobody_can_speak_for_nobody(self, stage: Stage) -> None:
        assert refused(stage, "send", {"openid": "oNobody", "type": "text"})[0] == 404

    def test_who_does_not_follow_cannot_write(self, stage: Stage) -> None:
        body = {"openid": stage.stranger, "type": "text", "content": "你好"}

        assert refused(stage, "send", body)[0] == 409
        assert refused(stage, "event", {"openid": stage.stranger, "event": "CLICK"})[0] == 409

    def test_two_messages_in_a_second_have_their_own_ids(self, stage: Stage) -> None:
        for _ in range(20):
            stage.phone("send", openid=stage.openid, type="text", content="快")
        stage.world.pusher.join()

        ids = {int(message.msg_id) for message in stage.webhook.messages}
        assert len(ids) == 20
        assert all(2**53 < each < 2**63 for each in ids)


class TestEvents:
    def test_following_and_unfollowing(self, stage: Stage) -> None:
        stage.webhook.answers = [say("欢迎"), say("再见")]
        stage.happen("subscribe", openid=stage.stranger)
        stage.happen("unsubscribe", openid=stage.stranger)

        log = stage.log(openid=stage.stranger)
        assert [(item["from"], item["text"]) for item in log] == [
            ("system", "已关注公众号"),
            ("bot", "欢迎"),
            ("system", "已取消关注"),
        ]
        assert [type(heard.inbound) for heard in stage.webhook.heard] == [
            models.SubscribeEvent,
            models.UnsubscribeEvent,
        ]

    @pytest.mark.parametrize(
        ("event", "key", "kind", "pushed"),
        [
            ("CLICK", "help", models.ClickEvent, {"name": "click", "key": "help"}),
            ("VIEW", "https://x.test/", models.ViewEvent, {"key": "https://x.test/"}),
            ("SCAN", "poster", models.ScanEvent, {"key": "poster", "ticket": "ticket-poster"}),
            ("subscribe", "poster", models.SubscribeEvent, {"scene": "poster"}),
            ("scancode_waitmsg", "box", models.ScanCodeEvent, {"scan_type": "qrcode"}),
            ("pic_weixin", "box", models.PicturesEvent, {"count": 1}),
            ("location_select", "box", models.LocationSelectEvent, {"label": "外滩"}),
            ("LOCATION", "", models.LocationEvent, {"latitude": "31.240000"}),
            ("TEMPLATESENDJOBFINISH", "", models.SendFinishedEvent, {"status": "success"}),
            ("verify_expired", "", models.VerificationEvent, {"expired_time": 0}),
            ("weather_changed", "", models.UnknownEvent, {"name": "weather_changed"}),
        ],
    )
    def test_each_event_is_pushed(
        self, stage: Stage, event: str, key: str, kind: type, pushed: dict[str, Any]
    ) -> None:
        record = stage.happen(event, key)

        (heard,) = stage.webhook.heard
        assert type(heard.inbound) is kind
        assert {name: getattr(heard.inbound, name) for name in pushed} == pushed
        assert record["message_key_fields"]["Event"] == event.lower()

    def test_a_stranger_who_scans_follows_with_the_scene(self, stage: Stage) -> None:
        stage.happen("SCAN", "poster", openid=stage.stranger)

        (heard,) = stage.webhook.heard
        assert isinstance(heard.inbound, models.SubscribeEvent)
        assert (heard.inbound.scene, heard.inbound.key) == ("poster", "qrscene_poster")
        assert stage.look("state")["followers"][1]["following"]

    @pytest.mark.parametrize("event", ["", "<xml>", "点击", "a b"])
    def test_a_name_no_event_has(self, stage: Stage, event: str) -> None:
        assert refused(stage, "event", {"openid": stage.openid, "event": event})[0] == 400


class TestLog:
    def test_the_cursor_gives_what_is_new(self, stage: Stage) -> None:
        stage.webhook.answers = [say("一"), say("二")]
        stage.send("1")
        first = stage.look(f"log?openid={stage.openid}")
        assert len(first["items"]) == 2

        stage.send("2")
        news = stage.look(f"log?openid={stage.openid}&after={first['cursor']}")

        assert [item["text"] for item in news["items"]] == ["2", "二"]
        last = stage.look(f"log?openid={stage.openid}&after={news['cursor']}")
        assert last == {"items": [], "cursor": news["cursor"]}

    def test_clearing_is_one_followers_own(self, stage: Stage) -> None:
        stage.happen("subscribe", openid=stage.stranger)
        stage.send()

        stage.phone("clear", openid=stage.openid)

        assert stage.log() == []
        assert len(stage.log(openid=stage.stranger)) == 1

    def test_an_answer_says_which_push_it_belongs_to(self, stage: Stage) -> None:
        stage.webhook.answers = [say("好")]

        record = stage.send()

        assert [item["push"] for item in stage.log()] == [record["id"]] * 2

    @pytest.mark.parametrize("path", ["log?openid=oNobody", "push/99", "export?openid=oNobody"])
    def test_what_is_not_there(self, stage: Stage, path: str) -> None:
        answer = requests.get(f"{stage.address}/_phone/{path}", timeout=5)

        assert answer.status_code == 404
        assert answer.json()["error"]

    def test_resending_what_is_not_there(self, stage: Stage) -> None:
        assert refused(stage, "resend", {"push": 99})[0] == 404
        assert refused(stage, "resend", {"push": "1"})[0] == 404


class TestSecurity:
    @pytest.mark.parametrize("path", ["/", "/_phone/state", "/cgi-bin/token", "/nothing"])
    def test_every_answer_is_guarded(self, stage: Stage, path: str) -> None:
        headers = requests.get(stage.address + path, timeout=5).headers

        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"

    def test_the_page_is_there(self, stage: Stage) -> None:
        answer = requests.get(stage.address, timeout=5)

        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"

    @pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-origin", 200)])
    def test_other_sites_cannot_pull_the_levers(self, stage: Stage, site: str, status: int) -> None:
        answer = requests.delete(
            f"{stage.address}/_journal", headers={"Sec-Fetch-Site": site}, timeout=5
        )

        assert answer.status_code == status

    def test_sounds_are_saved_not_shown(self, stage: Stage) -> None:
        stage.done(stage.phone("send", openid=stage.openid, type="voice")["push"])
        (message,) = stage.webhook.messages
        assert isinstance(message, models.VoiceMessage)

        answer = requests.get(f"{stage.address}/_media/{message.media_id}", timeout=5)

        assert answer.headers["Content-Disposition"] == "attachment; filename=voice.amr"

    def test_unknown_media(self, stage: Stage) -> None:
        assert requests.get(f"{stage.address}/_media/nothing", timeout=5).status_code == 404


def test_a_large_photo_is_made_smaller(stage: Stage) -> None:
    form = {"openid": stage.openid, "type": "image"}
    photo = {"media": ("p.jpg", jpeg((6000, 3000)), "image/jpeg")}
    sent = requests.post(f"{stage.address}/_phone/send", data=form, files=photo, timeout=10)
    stage.done(sent.json()["push"])
    (message,) = stage.webhook.messages
    assert isinstance(message, models.ImageMessage)

    media = stage.world.library.find(message.media_id)

    assert media is not None
    assert len(media.data) < len(jpeg((6000, 3000)))
