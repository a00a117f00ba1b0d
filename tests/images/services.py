"""Each kind of image service in its own shape: what it takes, what it answers, how it says no."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Reason
from tests.images.grounds import encoded, ground

JPEG = encoded(ground("gradient", 64, 64))
PNG = b"\x89PNG\r\n\x1a\n and so on"
B64 = base64.b64encode(JPEG).decode()
JPEG_URL = f"data:image/jpeg;base64,{B64}"
PNG_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
PROMPT = "一只猫 #1E90FF “标题”"

Content = Any
Refused = tuple[int, Content, Reason, bool]
"""Status, content, and the reason it means with whether it may have been paid for."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """*good* makes an answer of an item's text; *base* is the path of its address."""

    kind: str
    model: str
    base: str = "/v1"
    draws: str = "/v1/images/generations"
    edits: str = ""
    good: Callable[[str], Content]
    link: Callable[[str], Content] | None = None
    used: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any]
    edited: Any = None
    entry: dict[str, Any] = field(default_factory=dict)
    refusals: dict[str, Refused]


def _b64(text: str) -> Content:
    usage = {
        "input_tokens": 12,
        "output_tokens": 439,
        "input_tokens_details": {"image_tokens": 5},
    }
    return {"created": 1, "data": [{"b64_json": text, "url": None}], "usage": usage}


def _url(text: str) -> Content:
    return {"created": 1, "data": [{"url": text}]}


def _error(code: object, message: str = "refused", **more: Any) -> Content:
    return {"error": {"code": code, "message": message, "type": "t", **more}}


def _plain(code: object, message: str) -> Content:
    return {"code": code, "message": message, "request_id": "r"}


def _form(**fields: str) -> list[tuple[str, str, str, bytes]]:
    return [(name, "", "", text.encode()) for name, text in fields.items()]


_FILES = [("image[]", "1.jpg", "image/jpeg", JPEG), ("image[]", "2.png", "image/png", PNG)]
_ONE_FILE = [("image", "1.jpg", "image/jpeg", JPEG)]
_USAGE = {"input_tokens": 12, "output_tokens": 439, "image_tokens": 5}
BLOCKED, DRAWN_BLOCKED = Reason.MODERATION_INPUT, Reason.MODERATION_OUTPUT
RATE, KEY, MONEY = Reason.RATE_LIMIT, Reason.BAD_KEY, Reason.NO_MONEY
DOWN, UNKNOWN, BAD = Reason.PROVIDER_DOWN, Reason.OUTCOME_UNKNOWN, Reason.BAD_REQUEST
SPOILT = Reason.BAD_PICTURE

_OPENAI_REFUSALS: dict[str, Refused] = {
    "moderation": (400, _error("moderation_blocked"), BLOCKED, False),
    "rate limit": (429, _error("rate_limit_exceeded"), RATE, False),
    "bad key": (401, _error("invalid_api_key"), KEY, False),
    "no money": (429, _error("insufficient_quota"), MONEY, False),
    "500": (500, _error("server_error"), DOWN, False),
}

OPENAI = Service(
    kind="openai",
    model="gpt-image-2.5-flare",
    entry={"quality": "medium"},
    good=_b64,
    link=_url,
    used=_USAGE,
    edits="/v1/images/edits",
    body={
        "model": "gpt-image-2.5-flare",
        "prompt": PROMPT,
        "n": 1,
        "size": "1536x864",
        "quality": "high",
        "output_format": "jpeg",
        "output_compression": 90,
        "moderation": "auto",
        "safety_identifier": "f0110e4",
    },
    edited=[
        *_form(
            model="gpt-image-2.5-flare",
            prompt=PROMPT,
            n="1",
            size="1536x864",
            quality="high",
            output_format="jpeg",
            output_compression="90",
            safety_identifier="f0110e4",
        ),
        *_FILES,
    ],
    refusals={
        **_OPENAI_REFUSALS,
        "moderation of what was drawn": (
            400,
            _error("moderation_blocked", moderation_details={"moderation_stage": "output"}),
            DRAWN_BLOCKED,
            True,
        ),
        "item": (200, {"data": [_error("server_error")]}, SPOILT, True),
    },
)

AZURE = Service(
    kind="azure",
    model="my deployment",
    base="",
    entry={"api_version": "2026-01-01"},
    draws="/openai/deployments/my%20deployment/images/generations?api-version=2026-01-01",
    edits="/openai/deployments/my%20deployment/images/edits?api-version=2026-01-01",
    good=_b64,
    used=_USAGE,
    body={
        "model": "my deployment",
        "prompt": PROMPT,
        "n": 1,
        "size": "1536x864",
        "quality": "high",
        "output_format": "jpeg",
        "output_compression": 90,
        "user": "f0110e4",
    },
    edited=[
        *_form(
            model="my deployment",
            prompt=PROMPT,
            n="1",
            size="1536x864",
            quality="high",
            output_format="jpeg",
            output_compression="90",
            user="f0110e4",
        ),
        *_FILES,
    ],
    refusals={
        "moderation": (400, _error("contentFilter"), BLOCKED, False),
        "moderation within": (
            400,
            _error("x", innererror={"code": "ResponsibleAIPolicyViolation"}),
            BLOCKED,
            False,
        ),
        "rate limit": (429, _error("429"), RATE, False),
        "bad key": (401, _error("401"), KEY, False),
        "no money": (429, _error("insufficient_quota"), MONEY, False),
    },
)

ARK = Service(
    kind="ark",
    model="doubao-seedream-5-0-260128",
    base="/api/v3",
    draws="/api/v3/images/generations",
    edits="/api/v3/images/generations",
    good=lambda text: {
        "model": "m",
        "data": [{"b64_json": text, "size": "2560x1440"}],
        "usage": {"generated_images": 1, "output_tokens": 16384, "total_tokens": 16384},
    },
    link=_url,
    used={"output_tokens": 16384},
    body={
        "model": "doubao-seedream-5-0-260128",
        "prompt": PROMPT,
        "size": "2560x1440",
        "response_format": "b64_json",
        "watermark": False,
        "output_format": "jpeg",
    },
    edited={"image": [JPEG_URL, PNG_URL]},
    refusals={
        "moderation": (400, _error("InputTextSensitiveContentDetected"), BLOCKED, False),
        "moderation of a picture": (
            400,
            _error("InputImageSensitiveContentDetected.PrivacyInformation"),
            BLOCKED,
            False,
        ),
        "moderation of what was drawn": (
            400,
            _error("OutputImageSensitiveContentDetected"),
            DRAWN_BLOCKED,
            True,
        ),
        "rate limit": (429, _error("RateLimitExceeded.EndpointRPMExceeded"), RATE, False),
        "bad key": (401, _error("AuthenticationError"), KEY, False),
        "no money": (403, _error("AccountOverdueError"), MONEY, False),
        "busy": (429, _error("ServerOverloaded"), DOWN, False),
        "item": (
            200,
            {"data": [_error("OutputImageSensitiveContentDetected")]},
            DRAWN_BLOCKED,
            True,
        ),
        "item, nothing charged": (
            200,
            {
                "data": [_error("OutputImageSensitiveContentDetected")],
                "usage": {"generated_images": 0},
            },
            DRAWN_BLOCKED,
            False,
        ),
        "item failed within": (200, {"data": [_error("InternalServiceError")]}, SPOILT, True),
        "item failed within, nothing charged": (
            200,
            {"data": [_error("InternalServiceError")], "usage": {"generated_images": 0}},
            DOWN,
            False,
        ),
    },
)

SILICONFLOW = Service(
    kind="siliconflow",
    model="Qwen/Qwen-Image",
    entry={"edit_model": "Qwen/Qwen-Image-Edit-2509"},
    edits="/v1/images/generations",
    good=lambda text: {"images": [{"url": f"data:image/jpeg;base64,{text}"}], "seed": 1},
    link=lambda text: {"images": [{"url": text}], "timings": {"inference": 1.5}, "seed": 1},
    body={
        "model": "Qwen/Qwen-Image",
        "prompt": PROMPT,
        "image_size": "1664x928",
    },
    edited={
        "model": "Qwen/Qwen-Image-Edit-2509",
        "image": JPEG_URL,
        "image2": PNG_URL,
        "image_size": None,
    },
    refusals={
        "moderation": (451, _plain(20000, "sensitive"), BLOCKED, False),
        "rate limit": (429, {"message": "rate limiting", "data": ""}, RATE, False),
        "bad key": (401, "Invalid token", KEY, False),
        "no money": (403, _plain(30001, "balance is insufficient"), MONEY, False),
        "busy": (503, _plain(50505, "Model service overloaded"), DOWN, False),
        "no model": (400, _plain(20012, "Model does not exist"), BAD, False),
        "another's text": (502, "Bad gateway", UNKNOWN, True),
    },
)

ZHIPU = Service(
    kind="zhipu",
    model="glm-image",
    base="/api/paas/v4",
    draws="/api/paas/v4/images/generations",
    good=lambda text: {"created": 1, "data": [{"url": f"data:image/png;base64,{text}"}]},
    link=_url,
    body={
        "model": "glm-image",
        "prompt": PROMPT,
        "size": "1824x1024",
        "watermark_enabled": False,
        "user_id": "f0110e4",
        "quality": "hd",
    },
    refusals={
        "moderation": (
            400,
            {**_error("1301"), "contentFilter": [{"role": "user", "level": 0}]},
            BLOCKED,
            False,
        ),
        "moderation of what was drawn": (
            400,
            {**_error("1301"), "contentFilter": [{"role": "assistant", "level": 0}]},
            DRAWN_BLOCKED,
            True,
        ),
        "moderation of who knows what": (400, _error("1301"), DRAWN_BLOCKED, True),
        "rate limit": (429, _error("1302"), RATE, False),
        "bad key": (401, _error("1002"), KEY, False),
        "no money": (429, _error("1113"), MONEY, False),
        "bad request": (400, _error("1214"), BAD, False),
    },
)

DASHSCOPE = Service(
    kind="dashscope",
    model="qwen-image-2.0",
    base="",
    draws="/api/v1/services/aigc/multimodal-generation/generation",
    edits="/api/v1/services/aigc/multimodal-generation/generation",
    good=lambda text: {
        "output": {
            "choices": [
                {
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": [{"image": text}]},
                }
            ]
        },
        "usage": {"image_count": 1, "width": 1, "height": 1},
        "request_id": "req-9",
    },
    link=lambda text: {
        "output": {"choices": [{"message": {"content": [{"image": text}]}}]},
        "request_id": "req-9",
    },
    used={"request_id": "req-9"},
    body={
        "model": "qwen-image-2.0",
        "input": {"messages": [{"role": "user", "content": [{"text": PROMPT}]}]},
        "parameters": {"size": "1536*864", "n": 1, "watermark": False},
    },
    edited={
        "input": {
            "messages": [
                {
                    "role": "user",
                    "content": [{"image": JPEG_URL}, {"image": PNG_URL}, {"text": PROMPT}],
                }
            ]
        }
    },
    refusals={
        "moderation": (
            400,
            _plain("DataInspectionFailed", "Input data may contain inappropriate content."),
            BLOCKED,
            False,
        ),
        "moderation of what was drawn": (
            400,
            _plain("DataInspectionFailed", "Output data may contain inappropriate content."),
            DRAWN_BLOCKED,
            True,
        ),
        "moderation in a 200": (
            200,
            _plain("DataInspectionFailed", "Input data may contain inappropriate content."),
            BLOCKED,
            False,
        ),
        "rate limit": (429, _plain("Throttling.RateQuota", "too fast"), RATE, False),
        "bad key": (401, _plain("InvalidApiKey", "Invalid API-key provided."), KEY, False),
        "no money": (400, _plain("Arrearage", "Access denied"), MONEY, False),
        "free quota": (403, _plain("AllocationQuota.FreeTierOnly", "used up"), MONEY, False),
        "timed out within": (500, _plain("InternalError.Timeout", "timeout"), UNKNOWN, True),
        "fault within": (500, _plain("InternalError.Algo", "fault"), DOWN, False),
    },
)

MINIMAX = Service(
    kind="minimax",
    model="MiniMax-H3-Image",
    edits="/v1/images/edits",
    good=lambda text: {"created": 1, "data": [{"b64_json": text}]},
    link=_url,
    body={
        "model": "MiniMax-H3-Image",
        "prompt": PROMPT,
        "n": 1,
        "size": "1536x864",
        "response_format": "b64_json",
    },
    edited=[
        *_form(
            model="MiniMax-H3-Image",
            prompt=PROMPT,
            n="1",
            size="1536x864",
            response_format="b64_json",
        ),
        *_FILES,
    ],
    refusals={
        "moderation": (
            200,
            {"base_resp": {"status_code": 1026, "status_msg": "input sensitive"}},
            BLOCKED,
            False,
        ),
        "moderation of what was drawn": (
            200,
            {"base_resp": {"status_code": 1027, "status_msg": "output sensitive"}},
            DRAWN_BLOCKED,
            True,
        ),
        "rate limit": (429, _error(None, "rate limit (1002)"), RATE, False),
        "bad key": (401, _error("401", "login fail (1004)"), KEY, False),
        "no money": (
            200,
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            MONEY,
            False,
        ),
        "timed out within": (200, {"base_resp": {"status_code": 1001}}, UNKNOWN, True),
    },
)

OPENROUTER = Service(
    kind="openrouter",
    model="google/gemini-3-pro-image",
    base="/api/v1",
    draws="/api/v1/chat/completions",
    edits="/api/v1/chat/completions",
    good=lambda text: {
        "id": "gen-1",
        "choices": [
            {
                "message": {
                    "role": "assistant",
                    "content": "Here it is.",
                    "images": [
                        {
                            "type": "image_url",
                            "image_url": {"url": f"data:image/png;base64,{text}"},
                        }
                    ],
                }
            }
        ],
        "usage": {"prompt_tokens": 6, "completion_tokens": 1299, "cost": 0.0387},
    },
    used={
        "input_tokens": 6,
        "output_tokens": 1299,
        "dollars": "0.0387",
        "request_id": "gen-1",
    },
    body={
        "model": "google/gemini-3-pro-image",
        "messages": [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}],
        "modalities": ["image", "text"],
        "image_config": {"aspect_ratio": "16:9"},
        "user": "f0110e4",
        "usage": {"include": True},
        "stream": False,
    },
    edited={
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": PROMPT},
                    {"type": "image_url", "image_url": {"url": JPEG_URL}},
                    {"type": "image_url", "image_url": {"url": PNG_URL}},
                ],
            }
        ]
    },
    refusals={
        "moderation": (
            403,
            _error(403, "flagged", metadata={"reasons": ["sexual"]}),
            BLOCKED,
            False,
        ),
        "moderation of what was drawn": (
            200,
            {"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]},
            DRAWN_BLOCKED,
            True,
        ),
        "rate limit": (429, _error(429), RATE, False),
        "bad key": (401, _error(401, "No auth credentials found"), KEY, False),
        "no money": (402, _error(402), MONEY, False),
        "item": (200, {"choices": [_error(502, "Provider returned error")]}, DOWN, True),
        "fault in a 200": (200, _error(502, "Provider returned error"), DOWN, False),
        "words only": (
            200,
            {"choices": [{"message": {"content": "I cannot."}}]},
            SPOILT,
            True,
        ),
    },
)

GATEWAY = Service(
    kind="gateway",
    model="gpt-image-2.5-flare-vip",
    edits="/v1/images/edits",
    good=_b64,
    link=_url,
    used=_USAGE,
    body={
        "model": "gpt-image-2.5-flare-vip",
        "prompt": PROMPT,
        "n": 1,
        "size": "1536x864",
        "quality": "high",
    },
    edited=[
        *_form(
            model="gpt-image-2.5-flare-vip",
            prompt=PROMPT,
            n="1",
            size="1536x864",
            quality="high",
        ),
        *_ONE_FILE,
    ],
    refusals={
        "moderation": (200, _error("content_policy_violation"), BLOCKED, False),
        "rate limit": (429, _error("rate_limit_exceeded"), RATE, False),
        "bad key": (401, {"error": {"message": "无效的令牌", "type": "new_api_error"}}, KEY, False),
        "no money": (403, _error("insufficient_user_quota"), MONEY, False),
        "fault in a 200": (200, {"error": "upstream"}, BAD, False),
    },
)

LOCAL = Service(
    kind="local",
    model="sd-cpp-local",
    entry={"api_key": ""},
    edits="/v1/images/edits",
    good=lambda text: {"created": 1, "data": [{"b64_json": text}], "output_format": "png"},
    link=_url,
    body={
        "model": "sd-cpp-local",
        "prompt": PROMPT,
        "n": 1,
        "size": "1024x576",
        "response_format": "b64_json",
    },
    edited=[
        *_form(
            model="sd-cpp-local",
            prompt=PROMPT,
            n="1",
            size="1024x576",
            response_format="b64_json",
        ),
        *_ONE_FILE,
    ],
    refusals={
        "moderation": (400, _error("content_policy_violation"), BLOCKED, False),
        "rate limit": (429, _error(429), RATE, False),
        "bad key": (401, _error(401), KEY, False),
        "no money": (402, _error(402), MONEY, False),
        "fault": (500, {"error": "out of memory"}, DOWN, False),
    },
)

SERVICES = {
    one.kind: one
    for one in (
        *(OPENAI, AZURE, ARK, SILICONFLOW, ZHIPU),
        *(DASHSCOPE, MINIMAX, OPENROUTER, GATEWAY, LOCAL),
    )
}
