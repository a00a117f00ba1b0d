"""Rules and replies as plain documents, for the database and for files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from bot.errors import ConfigError
from bot.keywords.reading import REPLIES, Reader
from bot.models import Article, MatchMode, NewsReply, Pick, Reply, Rule, Trigger

_KINDS = {record: kind for kind, record in REPLIES.items()}


def from_dict(data: Mapping[str, Any], *, where: str) -> Rule:
    """Return the rule that *data* says; id and position are its holder's business.

    Raise ConfigError with every problem and its place, which begins with *where*.
    """
    reader = Reader()
    rule = reader.rule(data, where)
    if reader.problems:
        raise ConfigError("\n".join(reader.problems))
    return rule


def to_dict(rule: Rule) -> dict[str, Any]:
    """Return *rule* as JSON, TOML and YAML can hold it: no id, no position, no defaults."""
    document: dict[str, Any] = {"name": rule.name}
    if rule.trigger is not Trigger.KEYWORD:
        document["trigger"] = rule.trigger.value
    if rule.keywords:
        document["keywords"] = [
            keyword.text
            if keyword.mode is MatchMode.EXACT
            else {"text": keyword.text, "mode": keyword.mode.value}
            for keyword in rule.keywords
        ]
    if rule.excluding:
        document["excluding"] = list(rule.excluding)
    if rule.pick is not Pick.ALL:
        document["pick"] = rule.pick.value
    if rule.weights:
        document["weights"] = list(rule.weights)
    if rule.tags:
        document["tags"] = list(rule.tags)
    if not rule.enabled:
        document["enabled"] = False
    for key, moment in (("starts_at", rule.starts_at), ("ends_at", rule.ends_at)):
        if moment is not None:
            document[key] = moment.isoformat()
    document["replies"] = [_reply_dict(reply) for reply in rule.replies]
    return document


def dump_replies(replies: Iterable[Reply]) -> str:
    """Return *replies* as JSON, for ``load_replies``."""
    return json.dumps([_reply_dict(reply) for reply in replies], ensure_ascii=False)


def load_replies(text: str) -> tuple[Reply, ...]:
    """Return the replies that ``dump_replies`` wrote; nothing is checked again."""
    return tuple(_reply(document) for document in json.loads(text))


def _reply(document: dict[str, Any]) -> Reply:
    given = {key: value for key, value in document.items() if key != "type"}
    if "articles" in given:
        given["articles"] = tuple(Article(**article) for article in given["articles"])
    made: Reply = REPLIES[document["type"]](**given)
    return made


def _reply_dict(reply: Reply) -> dict[str, Any]:
    kind = {"type": _KINDS[type(reply)]}
    if isinstance(reply, NewsReply):
        return kind | {"articles": [_given(article) for article in reply.articles]}
    return kind | _given(reply)


def _given(record: Reply | Article) -> dict[str, str]:
    """Return the fields of *record* that are not as they are by themselves."""
    values = {field: getattr(record, field.name) for field in fields(record)}
    return {field.name: value for field, value in values.items() if value != field.default}
