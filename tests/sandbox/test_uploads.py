"""Media: what may be uploaded, how long it lives, and how it comes back."""

import json
from typing import Any

import pytest
import requests

from tests.sandbox.sandbox_stage import Stage, encoded, jpeg

MB = 1024 * 1024
JPEG = jpeg()
GOOD_VIDEO = b"\0\0\0\x18ftypmp42"


def padded(start: bytes, size: int) -> bytes:
    return start + bytes(size - len(start))


class TestTemporary:
    @pytest.mark.parametrize(
        ("kind", "name", "data"),
        [
            ("image", "a.jpg", JPEG),
            ("image", "a.JPEG", JPEG),
            ("image", "a.png", encoded("PNG")),
            ("image", "a.jpg", encoded("PNG")),
            ("image", "a.gif", encoded("GIF")),
            ("image", "a.jpg", padded(JPEG, 2 * MB)),
            ("voice", "a.amr", b"#!AMR\n"),
            ("voice", "a.mp3", b"ID3"),
            ("video", "a.mp4", GOOD_VIDEO),
        ],
    )
    def test_accepted(self, stage: Stage, kind: str, name: str, data: bytes) -> None:
        answer = stage.upload("media/upload", (name, data, "application/x"), type=kind)

        assert sorted(answer) == ["created_at", "media_id", "type"]
        assert answer["type"] == kind
        assert abs(answer["created_at"] - stage.clock()) < 5

    @pytest.mark.parametrize(
        ("kind", "name", "data", "errcode"),
        [
            ("sticker", "a.jpg", JPEG, 40004),
            ("", "a.jpg", JPEG, 40004),
            ("image", "a", JPEG, 40005),
            ("image", "a.txt", JPEG, 40005),
            ("image", "a.webp", encoded("WEBP"), 40005),
            ("image", "a.jpg", encoded("WEBP"), 40005),
            ("image", "a.jpg", b"<html></html>", 40005),
            ("image", "a.bmp", encoded("BMP"), 40005),
            ("image", "a.jpg", padded(JPEG, 2 * MB + 1), 40009),
            ("image", "a.jpg", b"", 44001),
            ("image", "图.jpg", JPEG, 41005),
            ("voice", "a.jpg", JPEG, 40005),
            ("voice", "a.mp3", padded(b"ID3", 2 * MB + 1), 40006),
            ("video", "a.mp4", b"moov", 40005),
            ("video", "a.mp4", padded(GOOD_VIDEO, 10 * MB + 1), 40006),
            ("thumb", "a.png", encoded("PNG"), 40005),
            ("thumb", "a.jpg", padded(JPEG, 64 * 1024 + 1), 40006),
        ],
    )
    def test_refused(self, stage: Stage, kind: str, name: str, data: bytes, errcode: int) -> None:
        answer = stage.upload("media/upload", (name, data, "image/jpeg"), type=kind)

        assert answer["errcode"] == errcode

    def test_the_part_is_called_media_and_has_a_file_name(self, stage: Stage) -> None:
        url = f"{stage.address}/cgi-bin/media/upload"
        query = {"access_token": stage.token, "type": "image"}
        wrong = {"file": ("a.jpg", JPEG, "image/jpeg")}

        answers = [
            requests.post(url, params=query, files=wrong, timeout=5).json(),
            requests.post(url, params=query, files={"media": (None, JPEG)}, timeout=5).json(),
            requests.post(url, params=query, data=JPEG, timeout=5).json(),
        ]

        assert [answer["errcode"] for answer in answers] == [41005, 41005, 41005]

    def test_unverified_accounts_may_upload(self, stage: Stage) -> None:
        stage.phone("account", verified=False)

        assert stage.picture()

    def test_it_needs_a_token(self, stage: Stage) -> None:
        file = ("a.jpg", JPEG, "image/jpeg")

        answer = stage.upload("media/upload", file, type="image", access_token="")

        assert answer["errcode"] == 41001


class TestDownload:
    def test_a_picture_comes_back_as_its_bytes(self, stage: Stage) -> None:
        answer = stage.get("media/get", media_id=stage.picture())

        assert answer.content == JPEG
        assert answer.headers["Content-Type"] == "image/jpeg"

    def test_a_video_comes_back_as_an_address(self, stage: Stage) -> None:
        file = ("a.mp4", GOOD_VIDEO, "video/mp4")
        media = stage.upload("media/upload", file, type="video")["media_id"]

        address = stage.get("media/get", media_id=media).json()["video_url"]

        assert requests.get(address, timeout=5).content == GOOD_VIDEO

    def test_what_the_follower_sent_can_be_fetched(self, stage: Stage) -> None:
        form = {"openid": stage.openid, "type": "image"}
        url = f"{stage.address}/_phone/send"
        photo = {"media": ("p.png", encoded("PNG"), "image/png")}
        sent = requests.post(url, data=form, files=photo, timeout=5).json()
        stage.done(sent["push"])

        (message,) = stage.webhook.messages
        by_id = stage.get("media/get", media_id=message.media_id)  # type: ignore[attr-defined] # an image
        by_url = requests.get(message.pic_url, timeout=5)  # type: ignore[attr-defined] # the same

        assert by_id.content.startswith(b"\xff\xd8\xff")
        assert by_url.content == by_id.content

    @pytest.mark.parametrize(("media_id", "errcode"), [("", 41006), ("nothing", 40007)])
    def test_what_is_not_there(self, stage: Stage, media_id: str, errcode: int) -> None:
        assert stage.get("media/get", media_id=media_id).json()["errcode"] == errcode

    def test_it_ends_after_three_days(self, stage: Stage) -> None:
        media = stage.picture()
        stage.clock.ahead = 3 * 24 * 3600 + 1
        token = stage.world.tokens.stable()[0]

        answer = stage.get("media/get", media_id=media, access_token=token)

        assert answer.json()["errcode"] == 40007


class TestPermanent:
    def test_it_lives_until_it_is_deleted(self, stage: Stage) -> None:
        made = stage.upload("material/add_material", ("a.jpg", JPEG, "image/jpeg"), type="image")
        assert requests.get(made["url"], timeout=5).content == JPEG
        stage.clock.ahead = stage.webhook.ahead = 30 * 24 * 3600
        token = stage.world.tokens.stable()[0]
        stage.send()
        body = {
            "touser": stage.openid,
            "msgtype": "image",
            "image": {"media_id": made["media_id"]},
        }

        assert stage.post("message/custom/send", body, access_token=token)["errcode"] == 0
        deletions = [
            stage.post("material/del_material", {"media_id": made["media_id"]}, access_token=token)
            for _ in range(2)
        ]
        assert [answer["errcode"] for answer in deletions] == [0, 40007]
        assert stage.post("message/custom/send", body, access_token=token)["errcode"] == 40007

    def test_temporary_media_are_none_of_its_business(self, stage: Stage) -> None:
        media = stage.picture()

        assert stage.post("material/del_material", {"media_id": media})["errcode"] == 40007
        assert stage.post("material/del_material", {})["errcode"] == 41006

    def test_permanent_ids_are_unknown_to_the_temporary_side(self, stage: Stage) -> None:
        made = stage.upload("material/add_material", ("a.jpg", JPEG, "image/jpeg"), type="image")

        answer = stage.get("media/get", media_id=made["media_id"]).json()

        assert answer["errcode"] == 40007

    @pytest.mark.parametrize(
        ("description", "errcode"),
        [
            (json.dumps({"title": "题", "introduction": "介绍"}), 0),
            (json.dumps({"title": "题"}), 40035),
            ("", 40035),
            ("[1]", 40035),
        ],
    )
    def test_a_video_has_a_description(self, stage: Stage, description: str, errcode: int) -> None:
        file = ("a.mp4", GOOD_VIDEO, "video/mp4")
        form = {"description": description}

        answer = stage.upload("material/add_material", file, form=form, type="video")

        assert answer.get("errcode", 0) == errcode

    @pytest.mark.parametrize(
        ("name", "data", "errcode"),
        [
            ("a.bmp", encoded("BMP"), 0),
            ("a.jpg", padded(JPEG, 10 * MB), 0),
            ("a.jpg", padded(JPEG, 10 * MB + 1), 40009),
            ("a.webp", encoded("WEBP"), 40005),
        ],
    )
    def test_pictures_may_be_larger(
        self, stage: Stage, name: str, data: bytes, errcode: int
    ) -> None:
        answer: dict[str, Any] = stage.upload(
            "material/add_material", (name, data, "image/jpeg"), type="image"
        )

        assert answer.get("errcode", 0) == errcode


class TestArticlePictures:
    def test_they_get_an_address(self, stage: Stage) -> None:
        answer = stage.upload("media/uploadimg", ("a.png", encoded("PNG"), "image/png"))

        assert requests.get(answer["url"], timeout=5).content == encoded("PNG")

    @pytest.mark.parametrize(
        ("name", "data", "errcode"),
        [("a.gif", encoded("GIF"), 40005), ("a.jpg", padded(JPEG, MB + 1), 40009)],
    )
    def test_refused(self, stage: Stage, name: str, data: bytes, errcode: int) -> None:
        assert stage.upload("media/uploadimg", (name, data, "x/y"))["errcode"] == errcode
