"""The operators' form of a text: what it becomes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.sentences import Ready, Sentences, Text

TEXT = Text(
    name="one",
    group="组",
    title="一句",
    default="你好 {text}",
    fields={"text": "猫", "url": "https://example.com"},
)
WORDS = "weixin://bizmsgmenu?msgmenucontent={}&amp;msgmenuid=1".replace("&amp;", "&")


def said(written: str, **values: str | int) -> str:
    return Sentences([TEXT], {"one": written}).say("one", **values)


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("{text}！", "＜b＞！"),
        ("[[取图]]", f'<a href="{WORDS.format("%E5%8F%96%E5%9B%BE")}">取图</a>'),
        ("[[看|a b]]", f'<a href="{WORDS.format("a%20b")}">看</a>'),
        ("[[画{text}]]", f'<a href="{WORDS.format("%E7%94%BB%3Cb%3E")}">画＜b＞</a>'),
        ("[[图|{url}]]", '<a href="https://x.test/p?a=1&b=%22">图</a>'),
        ("[[站|https://a.test/]]", '<a href="https://a.test/">站</a>'),
        # A follower's words never become an address.
        ("[[图|{text}]]", f'<a href="{WORDS.format("%3Cb%3E")}">图</a>'),
    ],
)
def test_what_is_written_becomes_what_wechat_shows(written: str, becomes: str) -> None:
    assert said(written, text="<b>", url='https://x.test/p?a=1&b="') == becomes


def test_a_value_that_is_ready_stays_as_it_is() -> None:
    assert said("{text}", text=Ready("<a>")) == "<a>"


@pytest.mark.parametrize("written", ["", " ", "{", "}", "{x}", "[[", "]]", "[[]]", "[[a|]]"])
def test_what_is_wrong_is_refused_and_never_said(written: str) -> None:
    with pytest.raises(ConfigError):
        Sentences([TEXT]).check("one", written)
    assert said(written, text="猫") == "你好 猫"


@given(st.text("ab{}[]|/:猫\n ") | st.text())
def test_whatever_is_written_something_is_said(written: str) -> None:
    assert said(written, text="猫", url="https://x.test")
