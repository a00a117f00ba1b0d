"""WeChat's own automatic replies become rules; what cannot come over is said, nothing breaks."""

from typing import Any

import pytest

from bot.editing import autoreply
from bot.keywords import documents


def rule(**changes: Any) -> dict[str, Any]:
    own = {
        "rule_name": "价格",
        "reply_mode": "reply_all",
        "keyword_list_info": [{"type": "text", "match_mode": "contain", "content": "价格"}],
        "reply_list_info": [{"type": "text", "content": "九元"}],
    }
    return {"keyword_autoreply_info": {"list": [own | changes]}}


def test_switched_off_replies_stay_off() -> None:
    told = {
        "is_add_friend_reply_open": 0,
        "is_autoreply_open": 1,
        "add_friend_autoreply_info": {"type": "text", "content": "你好"},
        "message_default_autoreply_info": {"type": "text", "content": "收到"},
    }

    (greeting, noted), (default, nothing) = autoreply.rules(told)

    assert greeting == {
        "name": autoreply.GREETING,
        "trigger": "subscribe",
        "replies": [{"type": "text", "content": "你好"}],
        "enabled": False,
    }
    assert (noted, nothing) == (("在微信后台是关着的，先停用",), ())
    assert documents.from_dict(default, where="规则").trigger == "default"


@pytest.mark.parametrize(("kind", "word"), [("img", "图片"), ("voice", "语音"), ("video", "视频")])
def test_media_wait_for_the_operator(kind: str, word: str) -> None:
    told = rule(reply_list_info=[{"type": kind, "content": "media-id"}])

    [(document, notes)] = autoreply.rules(told)

    assert document["enabled"] is False
    assert document["replies"] == [{"type": "text", "content": f"（{word}待上传）"}]
    assert notes[0].startswith(f"{word}没有带过来")


def test_more_articles_than_fit() -> None:
    article = {"title": "一", "digest": "", "content_url": "http://mp.weixin.qq.com/s"}
    told = rule(reply_list_info=[{"type": "news", "news_info": {"list": [article] * 9}}])

    [(document, notes)] = autoreply.rules(told)

    assert len(documents.from_dict(document, where="规则").replies[0].articles) == 8  # type: ignore[union-attr]  # a NewsReply
    assert notes == ("图文超过 8 篇，只带了前 8 篇",)


def test_a_rule_without_a_name_is_called_after_its_keyword() -> None:
    assert autoreply.rules(rule(rule_name=""))[0][0]["name"] == "价格"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"keyword_autoreply_info": None},
        {"keyword_autoreply_info": {"list": [None, "x", {}]}},
        rule(reply_list_info="x", keyword_list_info={"a": 1}),
        rule(reply_list_info=[{"type": None}], rule_name=None),
        {"add_friend_autoreply_info": "x", "message_default_autoreply_info": {"content": 3}},
    ],
)
def test_whatever_wechat_says_is_a_row(told: dict[str, Any]) -> None:
    for document, _notes in autoreply.rules(told):
        assert isinstance(document["name"], str)
