"""Regular expressions cannot run away, and what they require is really required."""

import re
from time import perf_counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.keywords.normalise import normalise
from bot.keywords.patterns import MAX_PATTERN, Sieve, check, matches, required

FAULTS = (
    ("(", "括号没有配对"),
    ("a)", "括号没有配对"),
    ("[a", "方括号没有配对"),
    ("a\\", "反斜杠"),
    ("*a", "前面没有内容"),
    ("a**", "连用"),
    ("a{1001}", "最多 1000 次"),
    ("[z-a]", "字符范围"),
    ("(?=a)", "前后查找"),
    (r"(a)\1", "反向引用"),
    ("(?P<n", "名字不对"),
    (".{900}b", "太复杂"),
    ("x" * (MAX_PATTERN + 1), "最多 200 个"),
)
RUNAWAYS = (
    "(a+)+$",
    "(a|a)*" * 30 + "$",
    "(a|aa)+$",
    "(.*)*b",
    r"(\w+\s?)+$",
    "(.*a){20}",
    "(x+x+)+y",
)
REQUIRED = (
    (r"优惠码\d+", ("优惠码",)),
    ("a|b", ()),
    ("(a|b)c", ("c",)),
    ("ab*c", ("a", "c")),
    ("ab+?c", ("ab", "c")),
    ("ab{0}c", ("a", "c")),
    ("a{,3}b", ("a", "3", "b")),
    (r"第\d{1,3}期.*下载?", ("第", "期", "下")),
    ("x[]a]bc", ("x", "bc")),
    (r"[^\]x]bc", ("bc",)),
    ("(?i)Hello", ("hello",)),
    (r"\bAI\b", ("ai",)),
    (r"\x{4e00}b", ()),
    (r"\Qa|b\E", ()),
    ("[[:alpha:]x]y", ()),
    ("ab{2|c}", ()),
    ("（電子書）", ("电子书",)),
)


@pytest.mark.parametrize(("pattern", "said"), FAULTS)
def test_a_fault_is_said_in_chinese(pattern: str, said: str) -> None:
    assert said in check(pattern)


@pytest.mark.parametrize("pattern", RUNAWAYS)
def test_a_pattern_that_runs_away_elsewhere_is_quick(pattern: str) -> None:
    assert check(pattern) == ""
    for text in ("a" * 2000 + "!", "x" * 2000, "ab1 " * 500):
        started = perf_counter()
        matches(pattern, text)
        # Backtracking would take longer than the universe has existed.
        assert perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("電子書", "电子书"),
        ("AI", "ai"),
        ("（免费）", "(免费)"),
        ("^[一-龥]{2}[？?]$", "你好?"),
        ("[０-９]+元", "20元"),
        ("a．c", "a.c"),
    ],
)
def test_a_pattern_is_spelled_like_the_text(pattern: str, text: str) -> None:
    assert matches(pattern, text)


def test_a_full_width_sign_is_no_operator() -> None:
    assert not matches("a．c", "abc")


@pytest.mark.parametrize(("pattern", "words"), REQUIRED)
def test_what_a_pattern_requires(pattern: str, words: tuple[str, ...]) -> None:
    assert required(pattern) == words


PATTERNS = st.text(st.sampled_from("ab书c1.*+?|()[]^${}2,\\dw:-"), max_size=12)
TEXTS = st.text(st.sampled_from("ab书c12 "), max_size=12)


@settings(max_examples=5000, deadline=None)
@given(PATTERNS, TEXTS)
def test_a_match_contains_what_is_required(pattern: str, text: str) -> None:
    assume(not check(pattern))
    text = normalise(text)

    if matches(pattern, text):
        assert all(word in text for word in required(pattern))


@settings(max_examples=2000, deadline=None)
@given(st.lists(PATTERNS.filter(lambda pattern: not check(pattern)), max_size=8), TEXTS)
def test_the_sieve_finds_what_each_pattern_finds(patterns: list[str], text: str) -> None:
    expected = {place for place, pattern in enumerate(patterns) if matches(pattern, text)}

    assert set(Sieve(patterns).hits(text)) == expected


def test_a_sieve_of_many_shards_keeps_their_places() -> None:
    sieve = Sieve([f"^[a-b]{number}$" for number in range(1000)])

    assert list(sieve.hits("a777")) == [777]


@settings(max_examples=2000, deadline=None)
@given(st.text(max_size=20))
def test_any_pattern_is_either_refused_or_used(pattern: str) -> None:
    if not check(re.escape(pattern)):
        matches(re.escape(pattern), "x")
    if not check(pattern):
        matches(pattern, "x")
