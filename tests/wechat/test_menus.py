"""A menu's limits: what we let through, the simulated WeChat takes as well."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.menu import checked
from bot.wechat.menus import TYPES, adopted, outline, problems, shaped

CLICK = {"name": "电子书", "type": "click", "key": "电子书"}
APP = {"name": "店", "type": "miniprogram", "appid": "wx0123456789abcdef", "pagepath": "pages/a"}
BAD_ADDRESS = "「网」的网址要以 http:// 或 https:// 开头，不能有空格"
LONG_NAME = "「超过十六个字节」的名字有 21 字节，最多 16 字节（一个汉字 3 字节）"
names = st.one_of(st.text(max_size=8), st.sampled_from(("菜单", "超过十六个字节的名字", "字" * 21)))
texts = st.one_of(
    st.text(max_size=8), st.sampled_from(("电子书", "https://example.com/", "wx0123456789abcdef"))
)
leaves = st.fixed_dictionaries(
    {"name": names, "type": st.sampled_from((*TYPES, "media_id", ""))},
    optional=dict.fromkeys(("key", "url", "appid", "pagepath"), texts),
)
menus = st.fixed_dictionaries(
    {
        "button": st.lists(
            st.one_of(
                leaves,
                st.fixed_dictionaries(
                    {"name": names, "sub_button": st.lists(leaves, min_size=1, max_size=6)}
                ),
            ),
            max_size=4,
        )
    }
)


@given(menus)
def test_what_we_let_through_wechat_takes(menu: dict[str, Any]) -> None:
    document = shaped(menu)

    assert shaped(document) == document
    if not problems(document):
        checked(document["button"])


@pytest.mark.parametrize("kind", TYPES)
def test_a_finished_button_of_every_type(kind: str) -> None:
    values = {
        "key": "取图",
        "url": "https://example.com/",
        "appid": "wx0123456789abcdef",
        "pagepath": "pages/index",
    }
    document = shaped({"button": [{"name": "按钮", "type": kind, **values}]})

    assert problems(document) == []
    assert set(document["button"][0]) == {"name", "type", *TYPES[kind]}
    checked(document["button"])


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ({"name": ""}, ["有一个按钮没有名字", "「」没有选点了做什么"]),
        (CLICK | {"name": "超过十六个字节"}, [LONG_NAME]),
        (CLICK | {"type": "dance"}, ["「电子书」没有选点了做什么"]),
        (CLICK | {"key": " "}, ["「电子书」没有写关键词"]),
        (CLICK | {"key": "k" * 129}, ["「电子书」的关键词有 129 字节，最多 128 字节"]),
        ({"name": "网", "type": "view", "url": "ftp://a.b/"}, [BAD_ADDRESS]),
        ({"name": "网", "type": "view", "url": "https://a b/"}, [BAD_ADDRESS]),
        ({"name": "网", "type": "view", "url": "javascript:alert(1)"}, [BAD_ADDRESS]),
        ({"name": "网", "type": "view", "url": "https://[a"}, [BAD_ADDRESS]),
        (APP | {"url": ""}, ["「店」没有写网址"]),
        (
            APP | {"url": "https://a.b/", "appid": "1"},
            ["「店」的小程序 AppID 以 wx 开头，如 wx0123456789abcdef"],
        ),
    ],
)
def test_what_is_missing_is_said(button: dict[str, Any], said: list[str]) -> None:
    assert [text % values for text, values in problems(shaped({"button": [button]}))] == said


def test_sub_buttons_have_longer_names_and_their_top_does_nothing() -> None:
    top = CLICK | {"sub_button": [CLICK | {"name": "字" * 20}, CLICK | {"name": "字" * 21}]}
    document = shaped({"button": [top]})

    assert set(document["button"][0]) == {"name", "sub_button"}
    assert len(problems(document)) == 1


@pytest.mark.parametrize("given", [None, 1, "x", [], {}, {"button": "x"}, {"button": [None, 3]}])
def test_any_rubbish_is_an_unfinished_draft(given: Any) -> None:
    assert problems(shaped(given))


def test_a_draft_holds_no_more_than_a_menu_can() -> None:
    document = shaped({"button": [{"name": "多", "sub_button": [CLICK] * 9}] * 5, "x": 1})

    assert [len(top["sub_button"]) for top in document["button"]] == [5, 5, 5]


def test_a_menu_made_in_wechats_console_is_adopted() -> None:
    info = {
        "is_menu_open": 1,
        "selfmenu_info": {
            "button": [
                {"name": "官网", "type": "view", "url": "https://example.com/"},
                {
                    "name": "更多",
                    "sub_button": {"list": [{"type": "news", "name": "往期", "value": "x"}, CLICK]},
                },
            ]
        },
    }

    document, changed = adopted(info)

    assert problems(document) == []
    assert changed == ["往期"]
    assert outline(document, {"view": "网页", "click": "关键词"}) == [
        "官网 · 网页 https://example.com/",
        "更多",
        "　往期 · 关键词 往期",
        "　电子书 · 关键词 电子书",
    ]
