"""The model that writes: one call, the errors of the picture models, and no text is an error."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ConfigError, ProviderError, Reason
from bot.images.providers.entry import TextEntry
from bot.images.text_model import TextModel, Written, text_model_of
from bot.settings import Settings
from tests.images.scripted_api import Script, ScriptedApi, answer, hang, serving
from tests.images.services import JPEG, JPEG_URL

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(name="api", scope="module")
def _api() -> Iterator[ScriptedApi]:
    with serving() as server:
        yield server


def model(api: ScriptedApi, *, timeout: float = 10) -> TextModel:
    return TextModel(TextEntry(model="gpt-x", base_url=api.url, api_key=KEY, timeout=timeout))


def said(content: object, **more: object) -> Script:
    choice = {"message": {"role": "assistant", "content": content}, **more}
    return answer(200, {"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 7}})


def test_a_text_and_exactly_what_was_asked(api: ScriptedApi) -> None:
    api.heard.clear()
    api.script = said("<think>hm</think>\n一、春天\n")

    written = model(api).write("你写大纲", "三页：春天", follower="f0110e4")

    assert written == Written(text="一、春天", model="gpt-x", input_tokens=9, output_tokens=7)
    [heard] = api.heard
    assert heard.line == "POST /v1/chat/completions HTTP/1.1"
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.json == {
        "model": "gpt-x",
        "messages": [
            {"role": "system", "content": "你写大纲"},
            {"role": "user", "content": "三页：春天"},
        ],
        "user": "f0110e4",
        "stream": False,
    }


def test_a_picture_is_shown_with_the_words(api: ScriptedApi) -> None:
    api.heard.clear()
    api.script = said([{"type": "text", "text": "一只"}, {"type": "text", "text": "猫"}])

    assert model(api).write("s", "u", images=(JPEG,), follower="f").text == "一只猫"
    assert api.heard[0].json["messages"][1]["content"] == [
        {"type": "text", "text": "u"},
        {"type": "image_url", "image_url": {"url": JPEG_URL}},
    ]


@pytest.mark.parametrize(
    ("script", "reason", "billed"),
    [
        (said(""), Reason.BAD_PICTURE, True),
        (said(None, finish_reason="content_filter"), Reason.MODERATION_OUTPUT, True),
        (answer(200, {"choices": None}), Reason.BAD_PICTURE, True),
        (answer(200, b"<html>"), Reason.OUTCOME_UNKNOWN, True),
        (hang(), Reason.OUTCOME_UNKNOWN, True),
        (answer(401, {"error": {"code": "invalid_api_key"}}), Reason.BAD_KEY, False),
        (answer(429, {"error": {"code": "insufficient_quota"}}), Reason.NO_MONEY, False),
        (answer(400, {"error": {"code": "content_filter"}}), Reason.MODERATION_INPUT, False),
        (answer(500, {"error": {"message": KEY}}), Reason.PROVIDER_DOWN, False),
    ],
    ids=["nothing", "filter", "null", "html", "hang", "key", "money", "moderation", "500"],
)
def test_no_text(api: ScriptedApi, script: Script, reason: Reason, *, billed: bool) -> None:
    api.script = script
    with pytest.raises(ProviderError) as raised:
        model(api, timeout=0.5).write("s", "u", follower="f")

    assert (raised.value.reason, raised.value.billed) == (reason, billed)
    assert KEY not in str(raised.value)


def settings(**changes: object) -> Settings:
    values = {"wechat_app_id": "wx1", "openai_api_key": KEY, **changes}
    return Settings(**values)  # type: ignore[arg-type]


def test_it_is_the_one_of_the_settings_or_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    provider = '[[provider]]\nname = "a"\nkind = "local"\nmodel = "m"\nbase_url = "http://a:1/v1"\n'
    file.write_text(provider + '[text]\nmodel = "qwen-plus"\nbase_url = "https://t/v1"\n', "utf-8")
    plain = tmp_path / "plain.toml"
    plain.write_text(provider, "utf-8")

    assert text_model_of(settings()) is None
    assert text_model_of(settings(image_providers=plain)) is None
    own = text_model_of(settings(openai_text_model="gpt-x"))
    assert own is not None
    assert (own.model, own.entry.base_url) == ("gpt-x", "https://api.openai.com/v1")
    assert own is text_model_of(settings(openai_text_model="gpt-x"))
    listed = text_model_of(settings(image_providers=file, openai_text_model="gpt-x"))
    assert listed is not None
    assert listed.entry == TextEntry(model="qwen-plus", base_url="https://t/v1", api_key=KEY)
    assert KEY not in repr(listed.entry)


def test_one_that_cannot_work_is_refused() -> None:
    with pytest.raises(ConfigError, match="api_key"):
        text_model_of(settings(openai_text_model="gpt-x", openai_api_key=""))
    with pytest.raises(ConfigError, match="base_url"):
        TextModel(TextEntry(model="m", base_url="x", api_key="k"))
