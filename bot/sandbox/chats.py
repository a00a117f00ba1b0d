"""OpenAI's chat completions under /v1: outlines and descriptions that say they are samples."""

import base64
import binascii
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from bot.sandbox import images
from bot.sandbox.orders import APIError
from bot.sandbox.world import world

bp = Blueprint("chats", __name__, url_prefix="/v1")
bp.before_request(images.check_key)
bp.after_request(images.identify)
bp.register_error_handler(APIError, images.refuse)

_PAGES = re.compile(r"页数：(\d+)")
_TOPIC = re.compile(r"主题：(.+)")
_POINT = re.compile(r"^\d+\. ([^：\n]+)", re.MULTILINE)
_TITLES = ("缘起", "脉络", "核心", "细节", "现场", "人物", "方法", "对比", "启示")
_SCENES = (
    "清晨的阳光斜照在主体上，背景是大片留白",
    "一条由近及远的小路串起几个关键场景",
    "俯视的桌面，物件围成一圈，中间是主体",
    "夜色里亮着暖光的窗，人影在窗后忙碌",
)
_SAMPLE = "（示例大纲）"
_DESCRIBED = (
    "示例提示词：画面主体居中，柔和的自然光从左上方照来，浅景深，背景虚化成淡淡的暖色，"
    "写实摄影风格，50mm 镜头，构图平稳，质感细腻，色调温暖"
)


@bp.post("/chat/completions")
def completions() -> Response:
    given = images.json_body()
    said, pictures = "", 0
    for message in _messages(given):
        for kind, content in _parts(message.get("content")):
            if kind == "text":
                said = content  # the last words are the question
            else:
                _check_picture(content)
                pictures += 1
    images.troubles(said)
    text = _DESCRIBED if pictures else _outline(said)
    time.sleep(world().account.now.image_delay / 4)
    asked = max(len(json.dumps(given, ensure_ascii=False)) // 2, 1) if not pictures else 1_200
    return jsonify(
        id="chatcmpl-" + secrets.token_hex(12),
        object="chat.completion",
        created=int(time.time()),
        model=given["model"],
        choices=[
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "finish_reason": "stop",
            }
        ],
        usage={
            "prompt_tokens": asked,
            "completion_tokens": len(text),
            "total_tokens": asked + len(text),
        },
    )


def _messages(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(given.get("model"), str) or not given["model"]:
        raise APIError(400, "you must provide a model parameter", param="model")
    messages: list[Any] = given["messages"] if isinstance(given.get("messages"), list) else []
    if not messages or not all(isinstance(one, dict) and one.get("role") for one in messages):
        raise APIError(400, "Invalid 'messages'.", param="messages")
    return messages


def _parts(content: Any) -> Iterator[tuple[str, str]]:
    """Yield (``text``, words) and (``image_url``, data URL) pairs."""
    if isinstance(content, str):
        yield "text", content
        return
    for part in content if isinstance(content, list) else []:
        match part:
            case {"type": "text", "text": str(words)}:
                yield "text", words
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                yield "image_url", url
            case _:
                raise APIError(400, "Invalid content part.", param="messages")


def _check_picture(url: str) -> None:
    head, _, data = url.partition(";base64,")
    try:
        real = images.real_mime(base64.b64decode(data, validate=True))
    except binascii.Error:
        real = ""
    if not real or head != f"data:{real}":
        raise APIError(400, "Invalid image.", code="invalid_image_url", param="messages")


def _outline(question: str) -> str:
    """Return as many pages as are asked for, in the follower's titles where there are some."""
    counted, about = _PAGES.search(question), _TOPIC.search(question)
    count = int(counted[1]) if counted else 5
    topic = about[1].strip() if about else "示例"
    own = _POINT.findall(question)
    titles = own or [topic, *(_TITLES[at % len(_TITLES)] for at in range(count - 2)), "尾声"]
    pages = [
        {"title": title, "show": f"{_SCENES[at % len(_SCENES)]}{_SAMPLE}"}
        for at, title in enumerate(titles[:count])
    ]
    return json.dumps({"pages": pages}, ensure_ascii=False)
