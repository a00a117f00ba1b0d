"""试一试: what texts would be answered, and why, without saying them."""

from datetime import UTC, datetime
from typing import Any

from flask import Response

from bot.admin.api import answers, reading
from bot.admin.api.operations import Operation
from bot.admin.api.schemas import ID, STRING, listed, whole
from bot.admin.outcome import KINDS, Outcome, outcome_of

TITLE = "试一试"
MOST_TEXTS = 100
TRY = whole({"texts": listed(STRING, MOST_TEXTS)})
TRIED = whole(
    {
        "text": STRING,
        "kind": STRING | {"enum": list(KINDS)},
        "normalised": STRING,
        "rule_id": {"type": ["integer", "null"]},
        "rule": STRING,
        "keyword": STRING,
        "suggestion": STRING,
        "tried": listed(
            whole(
                {
                    "rule_id": ID,
                    "rule": STRING,
                    "keyword": STRING,
                    "mode": STRING,
                    "outcome": STRING
                    | {
                        "enum": ["won", "excluded", "not_yet", "ended", "disabled", "outranked"],
                    },
                }
            )
        ),
    }
)


def rule_try() -> Response:
    now = datetime.now(UTC)
    tried = [_tried(outcome_of(text, now=now)) for text in reading.table(TRY)["texts"]]
    return answers.say({"items": tried})


def _tried(outcome: Outcome) -> dict[str, Any]:
    match = outcome.match
    return {
        "text": outcome.text,
        "kind": outcome.kind,
        "normalised": match.normalised,
        "rule_id": outcome.rule.id if outcome.rule else None,
        "rule": outcome.rule.name if outcome.rule else "",
        "keyword": match.keyword,
        "suggestion": outcome.suggestion,
        "tried": [
            {
                "rule_id": one.rule_id,
                "rule": one.name,
                "keyword": one.keyword,
                "mode": one.mode,
                "outcome": one.outcome,
            }
            for one in match.tried
        ],
    }


OPERATIONS = (
    Operation(
        name="rule_try",
        method="POST",
        path="/rules/try",
        said="试一试：这些话各由哪条规则回复，为什么",
        run=rule_try,
        scope="rules:read",
        body=TRY,
        example={"texts": ["优惠券"]},
        answer=whole({"items": listed(TRIED)}),
        faults=("invalid",),
    ),
)
