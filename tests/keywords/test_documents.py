"""Rules there and back, and every problem of a bad one with its place."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from bot.errors import ConfigError
from bot.keywords.documents import dump_replies, from_dict, load_replies, to_dict
from bot.models import (
    Article,
    ImageReply,
    Keyword,
    MatchMode,
    NewsReply,
    Pick,
    Rule,
    TextReply,
    Trigger,
)
from tests.keywords.strategies import REPLIES, RULES

GOOD: dict[str, Any] = {"name": "书", "keywords": ["电子书"], "replies": ["好"]}


def problems(**changes: object) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        from_dict(GOOD | changes, where="第 1 条规则")
    return str(refused.value).splitlines()


def test_a_document_says_a_rule() -> None:
    document = {
        "name": "活动",
        "keywords": ["报名", {"text": "怎么 报名", "mode": "all_of"}],
        "excluding": ["取消"],
        "replies": [
            "直接写的文字",
            {"type": "image", "media": "file:map.jpg", "alt": "图"},
            {"type": "news", "articles": [{"title": "题", "url": "https://example.com/"}]},
        ],
        "pick": "random",
        "enabled": False,
        "starts_at": "2026-05-01T08:00:00+08:00",
        "ends_at": datetime(2026, 6, 1, tzinfo=UTC),
    }

    assert from_dict(document, where="第 1 条规则") == Rule(
        name="活动",
        keywords=(Keyword("报名"), Keyword("怎么 报名", MatchMode.ALL_OF)),
        excluding=("取消",),
        replies=(
            TextReply("直接写的文字"),
            ImageReply("file:map.jpg", "图"),
            NewsReply((Article("题", "", "https://example.com/"),)),
        ),
        pick=Pick.RANDOM,
        enabled=False,
        starts_at=datetime(2026, 5, 1, tzinfo=UTC),
        ends_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


def test_a_document_is_short() -> None:
    rule = Rule(
        name="书", keywords=(Keyword("电子书"),), replies=(TextReply("好"),), id=7, position=3
    )

    assert to_dict(rule) == {
        "name": "书",
        "keywords": ["电子书"],
        "replies": [{"type": "text", "content": "好"}],
    }
    assert to_dict(Rule(name="问候", trigger=Trigger.SUBSCRIBE, replies=(TextReply("好"),))) == {
        "name": "问候",
        "trigger": "subscribe",
        "replies": [{"type": "text", "content": "好"}],
    }


@settings(max_examples=2000, deadline=None)
@given(RULES)
def test_there_and_back(rule: Rule) -> None:
    document = json.loads(json.dumps(to_dict(rule), ensure_ascii=False))

    assert from_dict(document, where="") == rule


@settings(max_examples=2000, deadline=None)
@given(REPLIES)
def test_replies_there_and_back(replies: tuple[Any, ...]) -> None:
    assert load_replies(dump_replies(replies)) == replies


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "第 1 条规则的 name：是空的"),
        ({"name": "长" * 61}, f"第 1 条规则「{'长' * 60}」：name 有 61 个字，最多 60 个"),
        ({"keyword": 1}, "不认识 「keyword」，这里可以写 enabled、ends_at"),
        (
            {"trigger": "follow"},
            "trigger 应该是 subscribe、keyword、default 之一，现在是 「follow」",
        ),
        ({"trigger": ["keyword"]}, "trigger 应该是"),
        ({"keywords": []}, "缺少 keywords"),
        ({"keywords": "电子书"}, "keywords 应该是一个列表"),
        ({"keywords": [7]}, "第 1 个关键词：应该是文字，现在是 「7」；数字和日期要加引号"),
        ({"keywords": [""]}, "第 1 个关键词：是空的"),
        ({"keywords": ["好", "？"]}, "第 2 个关键词：关键词「？」里没有文字"),
        ({"keywords": ["长" * 61]}, "有 61 个字，最多 60 个"),
        ({"keywords": [{"text": "a"}, {"mode": "exact"}]}, "第 2 个关键词的 text：没有写"),
        ({"keywords": [{"text": "a", "mode": "包含"}]}, "mode 应该是 exact、contains"),
        ({"keywords": [{"text": "(", "mode": "regex"}]}, "正则「(」不能用：括号没有配对"),
        (
            {"keywords": [{"text": "a", "modus": "exact"}]},
            "不认识 「modus」，这里可以写 mode、text",
        ),
        ({"keywords": ["好"] * 201}, "keywords 有 201 个关键词，最多 200 个"),
        ({"excluding": ["。"]}, "第 1 个排除词：「。」里没有文字"),
        ({"excluding": ["长" * 61]}, "第 1 个排除词：有 61 个字"),
        ({"replies": []}, "缺少 replies"),
        ({"replies": ["好"] * 11}, "replies 有 11 条回复，最多 10 个"),
        ({"replies": [""]}, "第 1 条回复：是空的"),
        ({"replies": ["长" * 667]}, "第 1 条回复：有 2001 字节，最多 2000 字节"),
        ({"replies": ["\ud800"]}, "第 1 条回复：含有不成字的字符"),
        ({"replies": [3]}, "第 1 条回复：应该是文字或一张表，现在是 「3」"),
        ({"replies": [{"type": "gif"}]}, "第 1 条回复：type 应该是 text、image"),
        ({"replies": [{"content": "好"}]}, "之一，现在是 空"),
        ({"replies": [{"type": "text"}]}, "第 1 条回复的 content：没有写"),
        ({"replies": [{"type": "text", "content": "a", "alt": "b"}]}, "不认识 「alt」"),
        ({"replies": [{"type": "image", "media": "file:a.jpg"}]}, "缺少 alt"),
        ({"replies": [{"type": "image", "media": "file:../a", "alt": "a"}]}, "不带文件夹"),
        ({"replies": [{"type": "image", "media": "file:..", "alt": "a"}]}, "不带文件夹"),
        ({"replies": [{"type": "music", "thumb": "file:a.jpg"}]}, "缺少 alt"),
        (
            {"replies": [{"type": "miniprogram", "app_id": "a", "title": "b", "thumb": "file:c"}]},
            "小程序的 thumb 要写微信的 media_id",
        ),
        ({"replies": [{"type": "music", "thumb": "m", "url": "a"}]}, "url 应该以 http:// 或"),
        ({"replies": [{"type": "news", "articles": []}]}, "缺少 articles"),
        (
            {"replies": [{"type": "news", "articles": [{"title": "a"}]}]},
            "第 1 篇图文的 url：没有写",
        ),
        ({"pick": "some"}, "pick 应该是 all、random 之一"),
        ({"enabled": "no"}, "的 enabled：应该是 true 或 false"),
        ({"starts_at": "2026-05-01T08:00:00"}, "的 starts_at：应该是带时区的时间"),
        ({"starts_at": "明天"}, "现在是 「明天」"),
        ({"starts_at": "0001-01-01T00:00:00+08:00"}, "应该是带时区的时间"),
        ({"pick": "\ud800"}, "现在是 「?」"),
        ({"starts_at": 5}, "现在是 「5」"),
        (
            {"starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-02T08:00:00+08:00"},
            "ends_at 应该晚于 starts_at",
        ),
        ({"trigger": "default"}, "没有 keywords 和 excluding"),
        ({"weights": [1, 2]}, "weights 应该和回复一样多：1 个"),
        ({"weights": [0]}, "第 1 个权重：应该是 1–100 的整数，现在是 「0」"),
        ({"weights": [True]}, "第 1 个权重：应该是 1–100 的整数"),
        ({"tags": ["a,b"]}, "第 1 个标签：最多 20 个字，不能有半角逗号"),
        ({"tags": ["长" * 21]}, "第 1 个标签：最多 20 个字"),
    ],
)
def test_a_problem_is_said_with_its_place(changes: dict[str, object], said: str) -> None:
    (problem,) = problems(**changes)

    assert problem.startswith("第 1 条规则")
    assert said in problem


def test_all_problems_are_said_at_once() -> None:
    said = problems(name=" ", keywords=["？"], replies=[{"type": "x"}], pick="y", enabled=0)

    assert len(said) == 5


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="第 1 条规则：应该是一张表，现在是 「书」"):
        from_dict("书", where="第 1 条规则")  # type: ignore[arg-type]  # what a file may hold
