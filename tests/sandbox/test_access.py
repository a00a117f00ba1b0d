"""Escapes in a body are told from backslashes that only look like them."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.access import ESCAPE

CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc"])
# Backslashes and the letters of an escape are what the pattern is about: draw them often.
TEXTS = st.text(st.sampled_from("\\\\u597d") | CHARACTERS)


@settings(max_examples=2000)
@given(TEXTS)
def test_raw_utf8_is_never_taken_for_an_escape(text: str) -> None:
    assert not ESCAPE.search(json.dumps(text, ensure_ascii=False).encode())


@settings(max_examples=2000)
@given(TEXTS)
def test_an_escape_is_always_found(text: str) -> None:
    assert bool(ESCAPE.search(json.dumps(text).encode())) == (not text.isascii())
