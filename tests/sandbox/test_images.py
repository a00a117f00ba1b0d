"""The image API: pictures, edits, moderation, models, and its refusals."""

import base64
import time
from io import BytesIO
from typing import Any

import openai
import pytest
import requests
from PIL import Image

from tests.sandbox.sandbox_stage import API_KEY, Stage, encoded

ASKED: dict[str, Any] = {"prompt": "一只猫", "model": "gpt-image-2.5-flare", "size": "1024x1024"}


def opened(answer: dict[str, Any], index: int = 0) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(answer["data"][index]["b64_json"])))


def edit(stage: Stage, *files: tuple[str, Any], **fields: str) -> requests.Response:
    asked = {"prompt": "加一顶帽子", "model": "gpt-image-2.5-flare"} | fields
    return stage.images("images/edits", data=asked, files=list(files))


class TestGenerations:
    def test_the_real_sdk_gets_a_picture(self, stage: Stage) -> None:
        with openai.OpenAI(api_key=API_KEY, base_url=f"{stage.address}/v1") as client:
            made = client.images.generate(
                prompt="一座城市", model="gpt-image-2.5-flare", size="1536x1024", quality="medium"
            )
            assert made.data
            assert made.data[0].b64_json
            picture = Image.open(BytesIO(base64.b64decode(made.data[0].b64_json)))

        assert (picture.size, picture.format) == ((1536, 1024), "PNG")
        assert made.usage
        assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
        assert made._request_id

    @pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
    def test_each_format(self, stage: Stage, form: str) -> None:
        answer = stage.images("images/generations", json=ASKED | {"output_format": form}).json()

        assert opened(answer).format == form.upper()
        assert answer["output_format"] == form

    def test_several_pictures_differ(self, stage: Stage) -> None:
        answer = stage.images("images/generations", json=ASKED | {"n": 2}).json()

        assert len({each["b64_json"] for each in answer["data"]}) == 2

    def test_it_takes_as_long_as_the_phone_says(self, stage: Stage) -> None:
        stage.phone("account", image_delay=1.2)
        begun = time.monotonic()

        assert stage.images("images/generations", json=ASKED).ok

        assert 1.2 <= time.monotonic() - begun < 10

    @pytest.mark.parametrize(
        ("key", "code"), [("", None), ("sk-guess", "invalid_api_key"), ("钥匙", "invalid_api_key")]
    )
    def test_the_key_is_checked(self, stage: Stage, key: str, code: str | None) -> None:
        headers = {"Authorization": f"Bearer {key}".encode()} if key else {}
        url = f"{stage.address}/v1/images/generations"

        answer = requests.post(url, json=ASKED, headers=headers, timeout=5)

        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == code
        assert answer.headers["x-request-id"].startswith("req_")

    def test_a_wrong_parameter_is_named(self, stage: Stage) -> None:
        answer = stage.images("images/generations", json=ASKED | {"size": "1x1"})

        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["type"], error["param"]) == ("invalid_request_error", "size")

    def test_the_body_is_json(self, stage: Stage) -> None:
        assert stage.images("images/generations", data=b"prompt").status_code == 400

    def test_forbidden_words_are_blocked(self, stage: Stage) -> None:
        answer = stage.images("images/generations", json=ASKED | {"prompt": "违规的内容"})

        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["code"] == "moderation_blocked"
        assert error["type"] == "image_generation_user_error"
        assert error["moderation_details"]["moderation_stage"] == "input"

    @pytest.mark.parametrize(
        ("trouble", "status", "code"),
        [
            ("provider_down", 500, None),
            ("quota_used_up", 429, "insufficient_quota"),
            ("refused_content", 400, "moderation_blocked"),
        ],
    )
    def test_the_trouble_drawer(
        self, stage: Stage, trouble: str, status: int, code: str | None
    ) -> None:
        stage.phone("trouble", name=trouble, on=True)
        answers = [stage.images("images/generations", json=ASKED) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [status, status]
        assert answers[0].json()["error"]["code"] == code

        stage.phone("trouble", name=trouble, on=False)

        assert stage.images("images/generations", json=ASKED).ok

    def test_an_unknown_call_or_method(self, stage: Stage) -> None:
        assert stage.images("images/poems", json={}).status_code == 404
        answer = requests.get(f"{stage.address}/v1/images/generations", timeout=5)
        assert answer.status_code == 405
        assert answer.json()["error"]["type"] == "invalid_request_error"


class TestEdits:
    def test_the_real_sdk_edits_pictures(self, stage: Stage) -> None:
        picture = ("a.png", encoded("PNG", colour="red"), "image/png")
        with openai.OpenAI(api_key=API_KEY, base_url=f"{stage.address}/v1") as client:
            made = client.images.edit(
                image=[picture, picture], prompt="加一顶帽子", model="gpt-image-2.5-flare"
            )
            assert made.data
            assert made.data[0].b64_json
            drawn = Image.open(BytesIO(base64.b64decode(made.data[0].b64_json)))

        assert drawn.convert("RGB").getpixel((20, 20)) == (255, 0, 0)
        assert made.usage
        assert made.usage.input_tokens_details.image_tokens == 2000

    @pytest.mark.parametrize(
        "file",
        [
            ("upload", encoded("PNG"), "application/octet-stream"),
            ("a.gif", encoded("GIF"), "image/gif"),
            ("a.png", b"not a picture", "image/png"),
            ("a.png", encoded("PNG")[:60], "image/png"),
            ("a.png", encoded("BMP"), "image/png"),
        ],
    )
    def test_a_picture_is_declared_and_real(self, stage: Stage, file: Any) -> None:
        answer = edit(stage, ("image", file))

        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "unsupported_file_mimetype"

    def test_there_are_one_to_sixteen(self, stage: Stage) -> None:
        file = ("image[]", ("a.png", encoded("PNG"), "image/png"))

        assert edit(stage, *[file] * 16).status_code == 200
        assert edit(stage, *[file] * 17).status_code == 400
        assert edit(stage, ("mask", file[1])).json()["error"]["param"] == "image"

    @pytest.mark.parametrize(
        ("mode", "size", "status"),
        [("RGBA", (64, 48), 200), ("RGB", (64, 48), 400), ("RGBA", (48, 64), 400)],
    )
    def test_a_mask_fits_the_picture(
        self, stage: Stage, mode: str, size: tuple[int, int], status: int
    ) -> None:
        mask = BytesIO()
        Image.new(mode, size).save(mask, "PNG")
        image = ("image", ("a.png", encoded("PNG"), "image/png"))

        answer = edit(stage, image, ("mask", ("m.png", mask.getvalue(), "image/png")))

        assert answer.status_code == status


class TestModerations:
    @pytest.mark.parametrize(
        ("given", "flagged"),
        [
            ("一只猫", [False]),
            ("违规的内容", [True]),
            (["一只猫", "something Forbidden"], [False, True]),
            ([{"type": "text", "text": "违规"}, {"type": "image_url", "image_url": {}}], [True]),
        ],
    )
    def test_it_flags_the_words(self, stage: Stage, given: Any, flagged: list[bool]) -> None:
        with openai.OpenAI(api_key=API_KEY, base_url=f"{stage.address}/v1") as client:
            judged = client.moderations.create(model="omni-moderation-latest", input=given)

        assert [result.flagged for result in judged.results] == flagged
        assert [result.categories.illicit for result in judged.results] == flagged

    def test_it_needs_an_input_and_a_known_model(self, stage: Stage) -> None:
        assert stage.images("moderations", json={}).status_code == 400
        asked = {"input": "猫", "model": "other"}
        assert stage.images("moderations", json=asked).status_code == 404


class TestModels:
    def test_they_say_when_they_end(self, stage: Stage) -> None:
        with openai.OpenAI(api_key=API_KEY, base_url=f"{stage.address}/v1") as client:
            models = {model.id: model for model in client.models.list()}
            one = client.models.retrieve("gpt-image-2.5-flare")

        assert models["gpt-image-1.5"].shutdown_date == "2026-12-01"
        assert models["gpt-image-2.5-flare"].shutdown_date is None
        assert one.id == "gpt-image-2.5-flare"
        assert "dall-e-3" not in models

    def test_an_unknown_one(self, stage: Stage) -> None:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        url = f"{stage.address}/v1/models/dall-e-3"

        assert requests.get(url, headers=headers, timeout=5).status_code == 404
