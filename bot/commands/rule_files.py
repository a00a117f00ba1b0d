"""``huaxin rules import|export``: the keyword replies as files, compared before they are taken."""

from pathlib import Path

import click

from bot.commands.rule_changes import LIVE
from bot.commands.rules import MOST, SHOWN, at
from bot.commands.terminal import print_change, read
from bot.editing import exchange, imports, rules
from bot.editing.desk import Desk, Document
from bot.editing.exchange import Form
from bot.editing.planning import Fate, Item, Options, Plan, difference
from bot.errors import ConfigError, Stale
from bot.settings import Settings
from bot.store import rules as stored

FATES = {
    Fate.ERROR: ("✗ 有错", "red"),
    Fate.NEW: ("＋ 新增", "green"),
    Fate.CHANGED: ("～ 修改", "yellow"),
    Fate.DELETED: ("－ 删除", "red"),
}


@click.command("import", help="导入 .xlsx、.csv、.yaml 或 .toml 文件：先列出会改什么，确认后才改。")
@click.argument(
    "path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--from-wechat", is_flag=True, help="读微信公众平台后台里设的自动回复。")
@click.option("--skip", is_flag=True, help="已有同名的规则保留原样，只加新的。")
@click.option("--replace", is_flag=True, help="文件就是全部规则：没写在里面的删除，顺序照文件。")
@click.option("--dry-run", is_flag=True, help="只列出会改什么。")
@click.option("--yes", is_flag=True, help="不再询问。")
def import_(
    path: Path | None, *, from_wechat: bool, skip: bool, replace: bool, dry_run: bool, yes: bool
) -> None:
    settings, desk = at()
    data, form, source = _source(settings, path, from_wechat=from_wechat)
    options = Options(overwrite=not skip, complete=replace)
    plan = imports.plan(desk, data, form=form, zone=settings.zone, options=options, told=_progress)
    _print(plan, desk, settings)
    work = plan.work(note="")
    if dry_run or not (work.creates or work.changes or work.deletes):
        click.echo("什么都没有改。" if dry_run else "没有要改的。")
        raise SystemExit(1 if plan.of(Fate.ERROR) or plan.problems else 0)
    if plan.problems:
        raise ConfigError("\n".join(plan.problems))
    if not yes:
        click.confirm("按上面说的导入？", abort=True)
    try:
        count = imports.carry_out(desk, plan, source=source, batch=rules.new_batch())
    except Stale:
        raise ConfigError("规则刚刚被别人改过，什么都没有改。请再运行一次。") from None
    click.echo(f"已导入，改动了 {count} 条规则，{LIVE}退回：huaxin rules undo")


def _source(settings: Settings, path: Path | None, *, from_wechat: bool) -> tuple[bytes, Form, str]:
    if from_wechat == bool(path):
        raise ConfigError("请给一个文件，或者用 --from-wechat")
    if path is None:
        return imports.ask_wechat(settings), "wechat", "微信公众平台"
    return read(path), exchange.form_of(path.name), path.name


def _progress(done: int, total: int) -> None:
    if total > MOST:
        click.echo(f"\r正在读 {done}/{total}", err=True, nl=done == total)


def _print(plan: Plan, desk: Desk, settings: Settings) -> None:
    """Print what a plan would do, each change with its fields."""
    changed = [item.id for item in plan.of(Fate.CHANGED)[:SHOWN]]
    with desk.db.read() as tx:
        before = {one.id: one.document for one in stored.fetch(tx, desk.account_id, changed)}
    for fate, (word, colour) in FATES.items():
        items = plan.of(fate)
        for item in items[:SHOWN]:
            place = f"  （第 {item.number} 行）" if item.number else ""
            click.echo(f"{click.style(word, fg=colour)} {item.name}{place}")
            _details(item, before.get(item.id), settings)
        if len(items) > SHOWN:
            click.echo(f"  …… 还有 {len(items) - SHOWN} 条")
    for problem in plan.problems:
        click.echo(click.style(problem, fg="red"))
    click.echo(imports.summary(plan))


def _details(item: Item, before: Document | None, settings: Settings) -> None:
    for said in (*item.problems, *item.notes):
        click.echo(f"    {said}")
    if before and item.document and item.fate is Fate.CHANGED:
        for change in difference(before, item.document, zone=settings.zone):
            print_change(*change)


@click.command("export", help="把规则写成文件，格式看结尾；没有文件名就打印成 TOML。")
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--tag", default="", help="只要有这个标签的。")
def export(path: Path | None, tag: str) -> None:
    settings, desk = at()
    wanted = stored.Filter(tag=tag)
    found, _total = stored.page(desk.db, desk.account_id, wanted, most=exchange.MAX_ROWS)
    form = exchange.form_of(path.name) if path else "toml"
    data = exchange.write([one.document for one in found], form=form, zone=settings.zone)
    if path is None:
        click.echo(data.decode(), nl=False)
        return
    path.write_bytes(data)
    click.echo(f"已导出 {len(found)} 条规则到 {path}")


COMMANDS = (import_, export)
