"""``huaxin rules add|set|on|off|delete|undo``: the keyword replies, changed without a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot.commands.rules import at, find, line
from bot.commands.terminal import print_change, read
from bot.editing import deeds, exchange, rules, undoing
from bot.editing.cells import PICKS, to_cells
from bot.editing.desk import Document
from bot.editing.planning import difference
from bot.errors import ConfigError, NotThere
from bot.settings import Settings

LIVE = "一秒内生效。"
_FIELDS = (
    click.option(
        "--keyword", "-k", "keywords", multiple=True, help="关键词，可以多个；如 包含：优惠"
    ),
    click.option(
        "--reply", "-r", "replies", multiple=True, help="回复，可以多个；写法同表格，@文件 读文件"
    ),
    click.option("--exclude", "-x", "excluding", multiple=True, help="排除词，可以多个。"),
    click.option("--tag", "-t", "tags", multiple=True, help="标签，可以多个。"),
    click.option("--pick", type=click.Choice(list(PICKS)), help="all 全部回复，random 随机一条。"),
    click.option("--from", "starts", help="开始时间，如 2026-01-31 08:00；写“无”去掉。"),
    click.option("--until", "ends", help="结束时间；写“无”去掉。"),
)


def _fields(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_FIELDS):
        command = option(command)
    return command


@click.command(help="加一条规则，如 add 优惠 -k 优惠券 -k 包含：打折 -r 满一百减二十")
@click.argument("name")
@click.option("--trigger", type=click.Choice(["keyword", "subscribe", "default"]))
@_fields
def add(name: str, trigger: str | None, **given: Any) -> None:
    settings, desk = at()
    cells = {"名称": name, "触发": trigger or ""} | _cells(given)
    rule_id = rules.create(desk, _document(cells, settings))
    click.echo(f"已加上规则 {rule_id}「{name}」，{LIVE}")


@click.command("set", help="改一条规则；没有写的部分不变。")
@click.argument("rule")
@click.option("--name", help="新的名称。")
@_fields
def set_(rule: str, name: str | None, **given: Any) -> None:
    settings, desk = at()
    found = find(desk, rule)
    changed = _cells(given) | ({"名称": name} if name else {})
    if not changed:
        raise ConfigError("没有说要改什么：用 --keyword、--reply 等，见 huaxin rules set --help")
    cells = to_cells(found.document, zone=settings.zone)
    if given["replies"]:
        kept = len(found.document["replies"]) == len(given["replies"])
        cells = {
            column: cell
            for column, cell in cells.items()
            if not column.startswith("回复") and (kept or column != "权重")
        }
    document = _document(cells | changed, settings)
    for column, before, after in difference(found.document, document, zone=settings.zone):
        print_change(column, before, after)
    rules.save(desk, found.id, document, revision=found.revision)
    click.echo(f"已保存规则 {found.id}「{document['name']}」，{LIVE}")


def _cells(given: dict[str, Any]) -> dict[str, str]:
    cells = {
        "关键词": "\n".join(given["keywords"]),
        "排除词": "\n".join(given["excluding"]),
        "标签": "\n".join(given["tags"]),
        "发送方式": given["pick"] or "",
        "开始时间": given["starts"] or "",
        "结束时间": given["ends"] or "",
    }
    cells |= {f"回复{number}": _said(one) for number, one in enumerate(given["replies"], 1)}
    return {column: cell for column, cell in cells.items() if cell}


def _said(reply: str) -> str:
    return read(Path(reply[1:])).decode() if reply.startswith("@") else reply


def _document(cells: dict[str, str], settings: Settings) -> Document:
    none = [column for column in ("开始时间", "结束时间") if cells.get(column) == "无"]
    return exchange.checked(
        {column: cell for column, cell in cells.items() if column not in none},
        zone=settings.zone,
    )


@click.command(help="启用规则（编号或名称，可以多个）。")
@click.argument("names", nargs=-1, required=True)
def on(names: tuple[str, ...]) -> None:
    _switch(names, enabled=True)


@click.command(help="停用规则（编号或名称，可以多个）。")
@click.argument("names", nargs=-1, required=True)
def off(names: tuple[str, ...]) -> None:
    _switch(names, enabled=False)


def _switch(names: tuple[str, ...], *, enabled: bool) -> None:
    _settings, desk = at()
    count = rules.switch(desk, [find(desk, name).id for name in names], enabled=enabled)
    done = "启用" if enabled else "停用"
    click.echo(f"已{done} {count} 条规则，{LIVE}" if count else f"本来就是{done}的，没有改。")


@click.command(help="删除规则（编号或名称，可以多个）；用 undo 可以退回。")
@click.argument("names", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="不再询问。")
def delete(names: tuple[str, ...], *, yes: bool) -> None:
    _settings, desk = at()
    found = [find(desk, name) for name in names]
    for one in found:
        click.echo(line(one))
    if not yes:
        click.confirm(f"删除这 {len(found)} 条？", abort=True)
    rules.delete(desk, [one.id for one in found])
    click.echo("已删除。退回：huaxin rules undo")


@click.command(help="退回最近一次修改（再来一次就退回更早的一次）。")
@click.option("--yes", is_flag=True, help="不再询问。")
def undo(*, yes: bool) -> None:
    _settings, desk = at()
    last = undoing.last(desk)
    if last is None:
        raise NotThere("没有可以退回的修改。")
    some, entry = last.rules, last.entry
    more = f" 等 {len(some)} 条" if len(some) > 1 else ""
    deed = entry.note or deeds.verb(entry.action)
    click.echo(f"{entry.actor} 的修改：{deed} {some[0].title}{more}")
    if not yes:
        click.confirm("退回？", abort=True)
    count = undoing.take_back(desk, last)
    click.echo(f"已退回 {count} 条规则，{LIVE}")


COMMANDS = (add, set_, on, off, delete, undo)
