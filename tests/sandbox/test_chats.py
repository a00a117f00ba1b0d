"""Chat completions: outlines and descriptions, the same every time, and marked as samples."""

import base64
import json
from io import BytesIO
from typing import Any

import openai
import pytest
from PIL import Image

from bot.images import outlined
from bot.images.outline import outline
from tests.sandbox.sandbox_stage import API_KEY, Stage

ASKED = "主题：端午节\n页数：4"


def photo() -> str:
    made = BytesIO()
    Image.new("RGB", (64, 48), "#7a5c3e").save(made, "JPEG")
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()


def body(content: Any) -> dict[str, Any]:
    return {"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]}


def test_the_real_sdk_gets_an_outline_that_can_be_read(stage: Stage) -> None:
    wanted = outline("端午节", [], wanted=4)
    assert wanted is not None
    with openai.OpenAI(api_key=API_KEY, base_url=f"{stage.address}/v1") as client:
        answers = [
            client.chat.completions.create(
                model="gpt-5-mini",
                messages=[
                    {"role": "system", "content": outlined.SYSTEM},
                    {"role": "user", "content": outlined.question(wanted)},
                ],
            )
            for _ in range(2)
        ]

    first, again = (one.choices[0].message.content or "" for one in answers)
    assert first == again
    read = outlined.answered(first, wanted)
    assert read is not None
    assert [page.title for page in read.pages] == ["端午节", "缘起", "脉络", "尾声"]
    assert all("示例" in page.text for page in read.pages)
    assert answers[0].usage is not None
    assert answers[0].usage.completion_tokens > 0


def test_points_of_the_follower_keep_their_titles(stage: Stage) -> None:
    asked = f"{ASKED[:-1]}2\n要点（按顺序，标题照用）：\n1. 龙舟：江上\n2. 粽子"
    answer = stage.images("chat/completions", json=body(asked)).json()
    pages = json.loads(answer["choices"][0]["message"]["content"])["pages"]
    assert [page["title"] for page in pages] == ["龙舟", "粽子"]


def test_a_picture_is_described(stage: Stage) -> None:
    parts = [
        {"type": "text", "text": "这张图？"},
        {"type": "image_url", "image_url": {"url": photo()}},
    ]
    answer = stage.images("chat/completions", json=body(parts)).json()
    assert answer["choices"][0]["message"]["content"].startswith("示例提示词")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"messages": [{"role": "user", "content": "一"}]}, 400),
        ({"model": "m"}, 400),
        ({"model": "m", "messages": ["一"]}, 400),
        (body([{"type": "audio"}]), 400),
        (body([{"type": "image_url", "image_url": {"url": "data:image/png;base64,eA=="}}]), 400),
        (body("违规的主题"), 400),
    ],
)
def test_it_refuses_as_the_api_does(stage: Stage, asked: dict[str, Any], status: int) -> None:
    answer = stage.images("chat/completions", json=asked)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
