"""The editor's other half, made anew while one types: the phone, the problems, the rivals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.admin import rule_words
from bot.admin.bubbles import Bubble, shown
from bot.admin.outcome import Outcome, outcome_of
from bot.admin.parts import bot
from bot.admin.rule_form import Draft
from bot.admin.rule_words import Problem
from bot.admin.translate import _
from bot.editing import rules
from bot.errors import ConfigError
from bot.keywords import documents
from bot.keywords.draft import LAST, Rival, rivals, try_out
from bot.keywords.replies import combine, resolve
from bot.models import NewsReply, Pick, Reply, Rule, Trigger

_ANSWERS = {Trigger.SUBSCRIBE: (8, 2), Trigger.KEYWORD: (1, 4), Trigger.DEFAULT: (1, 4)}


@dataclass(frozen=True, slots=True)
class Given:
    """One way the rule may answer: *chance* in percent, 0 where it is the only one."""

    chance: int
    passive: Bubble
    pushed: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """*outcome* is what would come of what the operator tries, *mine* whether the draft answers.

    *asked* is what the follower on the phone says.
    """

    given: list[Given]
    problems: list[Problem]
    rivals: list[Rival]
    notes: list[str]
    asked: str
    outcome: Outcome | None = None
    mine: bool = False


def preview(
    draft: Draft, *, rule_id: int, position: int | None, names: Iterable[str], said: str = ""
) -> Preview:
    """Show what *draft* would do in the place of the rule; *names* are the library's files."""
    zone = bot().settings.zone
    document = draft.document(zone)
    try:
        rule, problems = rules.check(document), []
    except ConfigError as error:
        rule, problems = None, rule_words.problems(str(error).splitlines())
    partly = rule or _readable(document)
    place = LAST if position is None else position
    partly = replace(partly, id=rule_id, position=place)
    now = datetime.now(UTC)
    live = bot().snapshots.current.index
    outcome = None
    if said := said.strip():
        match = try_out(live, partly, said, now=now)
        outcome = outcome_of(said, now=now, match=match)
    mine = outcome is not None and outcome.match.rule is partly
    return Preview(
        given=_given(partly, names),
        problems=problems,
        rivals=rivals(live, partly, now=now),
        notes=_notes(partly),
        asked=said if mine else next((one.text for one in partly.keywords), ""),
        outcome=outcome,
        mine=mine,
    )


def _readable(document: Mapping[str, Any]) -> Rule:
    """Return as much of a rule as can be read, so that the phone does not go dark while typing."""
    parts: dict[str, Any] = {}
    for key in ("trigger", "pick"):
        if read := _part(key, document[key]):
            parts[key] = getattr(read, key)
    for key in ("keywords", "excluding", "replies"):
        each = [_part(key, [one]) for one in document.get(key, ())]
        parts[key] = tuple(value for read in each if read for value in getattr(read, key))
    return Rule(name="…", **parts)


def _part(key: str, part: Any) -> Rule | None:
    """Return a rule with one part of a document, None where that cannot be read."""
    whole = {"name": "a", "keywords": ["a"], "replies": ["a"]} | {key: part}
    if whole.get("trigger", "keyword") != "keyword":
        del whole["keywords"]
    try:
        return documents.from_dict(whole, where="")
    except ConfigError:
        return None


def _given(rule: Rule, names: Iterable[str]) -> list[Given]:
    snapshot = bot().snapshots.current
    # What lies in the library will have its media id in a moment.
    media = {f"file:{name}": f"file:{name}" for name in names}
    replies = [resolve(reply, media) for reply in rule.replies]
    if not replies:
        return []
    if rule.pick is Pick.ALL:
        return [_one(rule, replies, 0, can_push=snapshot.can_push)]
    weights = rule.weights if len(rule.weights) == len(replies) else (1,) * len(replies)
    total = sum(weights)
    return [
        _one(rule, [reply], round(100 * weight / total), can_push=snapshot.can_push)
        for reply, weight in zip(replies, weights, strict=True)
    ]


def _one(rule: Rule, replies: list[Reply], chance: int, *, can_push: bool) -> Given:
    articles, pushes = _ANSWERS[rule.trigger]
    passive, rest = combine(replies, can_push=can_push, pushes=pushes)
    pushed = shown(rest, articles=1, pushed=True)
    return Given(chance, shown([passive], articles=articles, pushed=False)[0], tuple(pushed))


def _notes(rule: Rule) -> list[str]:
    """Return what an operator should know though nothing is wrong."""
    notes = []
    can_push = bot().snapshots.current.can_push
    if rule.pick is Pick.ALL and len(rule.replies) > 1 and not can_push:
        notes.append(_("这个账号不能主动发消息：粉丝只收到合并后的第一条，其余变成文字。"))
    many = (one for one in rule.replies if isinstance(one, NewsReply) and len(one.articles) > 1)
    if any(many) and rule.trigger is not Trigger.SUBSCRIBE:
        notes.append(_("回复消息时，微信只显示图文里的第一篇。"))
    return notes
