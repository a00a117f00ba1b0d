"""The editor's form loses nothing: a document, its fields, and the document again."""

import re
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from bot.admin import rule_form
from bot.admin.rule_form import LONG, Draft
from bot.errors import ConfigError
from bot.keywords import documents
from bot.models import Rule
from tests.keywords.strategies import RULES

ZONES = st.sampled_from(["Asia/Shanghai", "UTC", "America/St_Johns"]).map(ZoneInfo)
_TAGS = st.lists(st.sampled_from(["活动", "书 单", "A"]), unique=True, max_size=3).map(tuple)


def as_typed(value: Any, name: str = "") -> Any:
    r"""Return *value* as one could have typed it: ``\n`` in long texts, one line elsewhere."""
    if type(value) is str:
        if name in LONG:
            return value.replace("\r\n", "\n").replace("\r", "\n")
        return re.sub("[\r\n]+", " ", value)
    if isinstance(value, tuple):
        return tuple(as_typed(one, name) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: as_typed(getattr(value, one.name), one.name) for one in fields_of(value)}
        return replace(value, **parts)
    return value


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    rule: Rule = as_typed(draw(RULES))
    moments = {
        name: moment.replace(microsecond=0)
        for name in ("starts_at", "ends_at")
        if (moment := getattr(rule, name))
    }
    weights = draw(st.just(()) | st.just(tuple(range(1, len(rule.replies) + 1))))
    return replace(rule, tags=draw(_TAGS), weights=weights, **moments)


@given(rules(), ZONES)
def test_a_document_survives_the_form(rule: Rule, zone: ZoneInfo) -> None:
    form = rule_form.fields(documents.to_dict(rule), zone)
    if zone.key == "America/St_Johns":  # an hour a year has two meanings there
        rule = replace(rule, starts_at=None, ends_at=None)
        form.poplist("starts_at")
        form.poplist("ends_at")

    posted = MultiDict(
        (name, value.replace("\n", "\r\n")) for name, value in form.items(multi=True)
    )
    made = Draft.read(posted).document(zone)

    assert documents.from_dict(made, where="规则") == rule


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"reply": ["x", "x"], "x.type": ["what"]},
        {"reply": ["a"], "a.type": ["news"], "a.article": ["b"] * 99},
        {"keyword": ["一", "二"], "mode": ["exact"]},
        {"starts_at": ["9999-12-31T23:59"], "reply": ["a"], "a.weight": ["多"]},
        {"revision": ["-1"], "base": ["{"], "pick": ["?"], "trigger": ["?"]},
    ],
)
def test_whatever_is_posted_is_read_and_judged_later(posted: dict[str, list[str]]) -> None:
    made = Draft.read(MultiDict(posted)).document(ZoneInfo("Asia/Shanghai"))

    with pytest.raises(ConfigError):
        documents.from_dict(made, where="规则")


def test_times_are_the_operators_own() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    document = {"starts_at": "2026-01-01T00:00:00+00:00"}

    assert rule_form.fields(document, zone)["starts_at"] == "2026-01-01T08:00"
    made = Draft.read(MultiDict({"starts_at": "2026-01-01T08:00"})).document(zone)
    assert made["starts_at"] == document["starts_at"]
