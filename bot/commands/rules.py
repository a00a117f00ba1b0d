"""``huaxin rules list|show|try|history``: the keyword replies, looked at without a browser."""

from dataclasses import replace
from datetime import UTC, datetime

import click

from bot.commands import terminal
from bot.editing import rules
from bot.editing.cells import MODES, PICKS, reply_cell, to_cells
from bot.editing.desk import Desk
from bot.errors import NotThere
from bot.keywords import documents
from bot.keywords.index import Index
from bot.models import Rule
from bot.settings import Settings
from bot.store import history
from bot.store import rules as stored
from bot.store.history import Filter
from bot.store.rules import Stored

MOST = 1000
SHOWN = 20
OUTCOMES = {
    "won": "✓ 用它回答",
    "excluded": "有排除词",
    "not_yet": "还没到时间",
    "ended": "已过期",
    "disabled": "已停用",
    "outranked": "排在后面",
}


def at() -> tuple[Settings, Desk]:
    settings = terminal.settings()
    return settings, terminal.desk(settings)


@click.command("list", help="列出规则；给几个字就只列包含它们的。")
@click.argument("text", default="")
@click.option("--tag", default="", help="只列有这个标签的。")
def list_(text: str, tag: str) -> None:
    _settings, desk = at()
    wanted = stored.Filter(text=text, tag=tag)
    found, total = stored.page(desk.db, desk.account_id, wanted, most=MOST)
    for one in found:
        click.echo(line(one))
    more = f"，只列出前 {MOST} 条" if total > MOST else ""
    click.echo(f"共 {total} 条{more}" if total else "没有这样的规则。", err=True)


def line(one: Stored) -> str:
    document = one.document
    off = "" if document.get("enabled", True) else click.style(" [停用]", fg="yellow")
    trigger = {"subscribe": "（关注时）", "default": "（默认回复）"}
    words = [
        each if isinstance(each, str) else _mode(each) for each in document.get("keywords", ())
    ]
    said = "、".join(words) or trigger.get(document.get("trigger", ""), "")
    tags = "".join(f" #{tag}" for tag in document.get("tags", ()))
    return f"{one.id:>5}  {click.style(document['name'], bold=True)}{off}  {said}{tags}"


def _mode(keyword: dict[str, str]) -> str:
    return f"{MODES[keyword['mode']]}：{keyword['text']}"


@click.command(help="显示一条规则的全部内容。")
@click.argument("rule")
def show(rule: str) -> None:
    settings, desk = at()
    found = find(desk, rule)
    click.echo(f"编号：{found.id}")
    for column, cell in to_cells(found.document, zone=settings.zone).items():
        first, *rest = cell.split("\n")
        click.echo(f"{column}：{first}")
        for line in rest:
            click.echo(f"    {line}")


@click.command("try", help="试一句话：哪条规则回答，别的为什么没有。")
@click.argument("text")
def try_(text: str) -> None:
    _settings, desk = at()
    _version, found = stored.every(desk.db, desk.account_id)
    match = Index.build(_compiled(found)).match(text, now=datetime.now(UTC))
    for one in match.tried:
        said = OUTCOMES.get(one.outcome, one.outcome)
        mode = MODES.get(one.mode, one.mode)
        click.echo(f"{said}：{one.name}（{mode}：{one.keyword}，编号 {one.rule_id}）")
    if match.rule is None:
        click.echo("没有规则回答这句话。")
        return
    click.echo(f"{PICKS[match.rule.pick.value]}回复：")
    for reply in documents.to_dict(match.rule)["replies"]:
        click.echo(reply_cell(reply))


@click.command("history", help="最近的修改；给出规则就只列它的。")
@click.argument("rule", required=False)
def history_(rule: str | None) -> None:
    settings, desk = at()
    name = rules.name_of(find(desk, rule).id) if rule else ""
    wanted = Filter(subject="" if name else "rule", object=name)
    found, total = history.page(desk.db, desk.account_id, wanted, most=SHOWN)
    for one in found:
        click.echo(terminal.told(settings, one))
    if not total:
        click.echo("还没有修改过。", err=True)


def _compiled(found: list[Stored]) -> list[Rule]:
    return [
        replace(
            documents.from_dict(one.document, where=f"规则 {one.id}"),
            id=one.id,
            position=one.position,
        )
        for one in found
    ]


def find(desk: Desk, said: str) -> Stored:
    """Return the rule of that id or name."""
    if said.isdigit() and (found := stored.get(desk.db, desk.account_id, int(said))):
        return found
    wanted = stored.Filter(text=said)
    some, _total = stored.page(desk.db, desk.account_id, wanted, most=MOST)
    named = [one for one in some if one.document["name"] == said]
    match named:
        case [one]:
            return one
        case []:
            near = "".join(f"\n{line(one)}" for one in some[:5])
            raise NotThere(
                f"没有编号或名称是“{said}”的规则。" + (f"你是不是找：{near}" if near else "")
            )
        case _:
            lines = "".join(f"\n{line(one)}" for one in named)
            raise NotThere(f"有 {len(named)} 条规则都叫“{said}”，请用编号：{lines}")


COMMANDS = (list_, show, try_, history_)
