"""Rules in files that people edit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.keywords.files import Form, dumps, loads
from bot.models import Keyword, MatchMode, Rule, TextReply
from tests.keywords.strategies import RULES

FORMS: tuple[Form, ...] = ("toml", "yaml")
RULE = Rule(
    name="书",
    keywords=(Keyword("电子书"), Keyword("书 下载", MatchMode.ALL_OF)),
    replies=(TextReply("第一行\n第二行"),),
)
TOML = '''[[rules]]
name = "书"
keywords = ["电子书", {text = "书 下载", mode = "all_of"}]

[[rules.replies]]
type = "text"
content = """第一行
第二行"""
'''
YAML = """rules:
- name: 书
  keywords:
  - 电子书
  - text: 书 下载
    mode: all_of
  replies:
  - type: text
    content: |-
      第一行
      第二行
"""


@pytest.mark.parametrize(("form", "text"), [("toml", TOML), ("yaml", YAML)])
def test_a_file_is_for_people_to_read(form: Form, text: str) -> None:
    assert dumps([RULE], form=form) == text
    assert loads(text, form=form) == (RULE,)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=2000, deadline=None)
@given(rules=st.lists(RULES, max_size=1).map(tuple))
def test_there_and_back(rules: tuple[Rule, ...], form: Form) -> None:
    assert loads(dumps(rules, form=form), form=form) == rules


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_file_has_no_rules(form: Form) -> None:
    assert loads("", form=form) == ()
    assert loads(dumps([], form=form), form=form) == ()


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("toml", "[[rules", "不是正确的 TOML"),
        ("yaml", "rules: [", "不是正确的 YAML"),
        ("yaml", "rules: !!python/object:os.system {}", "不是正确的 YAML"),
        ("yaml", "rules: 2026-99-99", "不是正确的 YAML"),
        ("yaml", "- 书", "最外层应该只有 rules"),
        ("toml", "rule = 1", "最外层应该只有 rules"),
        ("toml", "rules = 1", "rules 应该是一个列表"),
        ("yaml", "rules: [书]", "第 1 条规则：应该是一张表"),
        ("yaml", "rules: [{name: a, name: b}]", "写了两次"),
    ],
)
def test_what_is_no_file_of_rules_is_refused(form: Form, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        loads(text, form=form)


@pytest.mark.parametrize("form", FORMS)
def test_the_problems_of_all_rules_are_said_at_once(form: Form) -> None:
    bad = {
        "toml": "[[rules]]\nname='甲'\nreplies=['好']\n[[rules]]\nname='乙'\nkeywords=['书']\n",
        "yaml": "rules: [{name: 甲, replies: [好]}, {name: 乙, keywords: [书]}]",
    }[form]
    with pytest.raises(ConfigError) as refused:
        loads(bad, form=form)

    assert str(refused.value).splitlines() == [
        "第 1 条规则「甲」：缺少 keywords：至少一个关键词",
        "第 2 条规则「乙」：缺少 replies：至少一条回复",
    ]


def test_a_long_list_of_problems_is_shortened() -> None:
    with pytest.raises(ConfigError) as refused:
        loads("[[rules]]\nname='甲'\nreplies=['好']\n" * 60, form="toml")

    assert len(str(refused.value).splitlines()) == 51
    assert str(refused.value).endswith("还有 10 处问题没有列出")


@pytest.mark.parametrize("form", FORMS)
def test_ten_thousand_rules_load(form: Form) -> None:
    one = dumps([RULE], form=form).removeprefix("rules:\n")
    text = ("rules:\n" if form == "yaml" else "") + one * 10_000

    assert len(loads(text, form=form)) == 10_000
