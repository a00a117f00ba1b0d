"""The dashboard and the alarms ask for metrics there are, in PromQL that parses."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.counts import METRICS
from bot.models import JobState
from bot.webhook import REFUSED
from tests.worlds import World

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "huaxin.json").read_text(encoding="utf-8"))
ALARMS = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))
# What our own labels can say, as far as a query asks for it; Prometheus adds the scraped job.
VALUES: dict[str, set[str]] = {
    "road": {"answered", "refused", "held"},
    "state": {*JobState},
    "reason": {*REFUSED.values()},
    "period": {"day", "month"},
    "rule": {"yes", "no"},
    "call": {"stable_token"},
    "outcome": {"ok", "pushed", "refused", "not_uploaded", "unknown"},
    "job": {"huaxin-web"},
}
LABEL = re.compile(r"\{\{ ?(?:\$labels\.)?([a-z]+) ?\}\}")


def panels() -> list[dict[str, Any]]:
    return [one for one in DASHBOARD["panels"] if one["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in ALARMS["groups"] for rule in group["rules"]]


def queries() -> list[tuple[str, str]]:
    """Every query, with the text that names its labels."""
    shown = [(one["expr"], one["legendFormat"]) for panel in panels() for one in panel["targets"]]
    return shown + [(one["expr"], one["annotations"]["description"]) for one in rules()]


def parts(tree: Any) -> Iterator[Any]:
    """Yield a parsed query and all it consists of."""
    yield tree
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        if (found := getattr(tree, name, None)) is not None:
            yield from parts(found)
    for found in getattr(tree, "args", None) or ():
        yield from parts(found)


@pytest.fixture(name="known")
def _known(make_world: Callable[..., World]) -> dict[str, set[str]]:
    """The labels of every series there is, by its name."""
    known = {"up": {"job", "instance"}}
    for name, one in METRICS.items():
        labels = {*one.labels, "instance"}
        if one.bounds:
            known |= {f"{name}_bucket": labels | {"le"}, f"{name}_count": labels}
        else:
            known[f"{name}_total"] = labels
    world = make_world(budget_daily=1, budget_monthly=1)
    text = world.client.get("/metrics").get_data(as_text=True)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if family.type == "gauge":
                known[sample.name] = {*sample.labels, "instance"}
    return known


def test_every_query_parses_and_asks_for_what_there_is(known: dict[str, set[str]]) -> None:
    asked: set[str] = set()
    for query, shown in queries():
        found = list(parts(promql_parser.parse(query)))
        selectors = [one for one in found if isinstance(one, promql_parser.VectorSelector)]
        assert selectors, query
        names = [str(one.name) for one in selectors]
        asked |= {*names}
        for one, name in zip(selectors, names, strict=True):
            assert name in known, query
            for matcher in one.matchers.matchers:
                assert matcher.name in known[name], query
                assert {*matcher.value.split("|")} <= VALUES[matcher.name], query
        labels = set.union(*(known[name] for name in names))
        by = {
            label
            for one in found
            if isinstance(one, promql_parser.AggregateExpr) and one.modifier
            for label in one.modifier.labels
        }
        assert by <= labels, query
        assert {*LABEL.findall(shown)} <= (by or labels), (query, shown)
    looked_at = asked | {name for name in known if name.endswith("_count")}
    assert known.keys() - looked_at == set(), "nobody looks at these"


def test_a_wrong_query_would_be_found() -> None:
    with pytest.raises(ValueError, match="rate"):
        promql_parser.parse("sum(rate(huaxin_messages_total))")


def test_every_alarm_says_what_to_do() -> None:
    names = [one["alert"] for one in rules()]
    assert len(names) == len({*names}) >= 15
    for one in rules():
        about = one["annotations"]
        assert about.keys() == {"summary", "description", "runbook_url"}
        page, anchor = about["runbook_url"].split("#")
        assert f'<a id="{anchor}"></a>' in (DEPLOY.parent / page).read_text(encoding="utf-8")
        assert one["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch("[0-9]+m", one["for"])


def test_panels_lie_side_by_side() -> None:
    taken: dict[tuple[int, int], int] = {}
    ids = [one["id"] for one in DASHBOARD["panels"]]
    assert len(ids) == len({*ids})
    for one in DASHBOARD["panels"]:
        at = one["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert x < 24
                assert taken.setdefault((x, y), one["id"]) == one["id"]
