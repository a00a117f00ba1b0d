"""``huaxin history …``: who changed what, and whether nobody tampered with it."""

import click

from bot.commands import terminal
from bot.store import history
from bot.store.history import Filter

SHOWN = 20


@click.group(help="操作记录：谁在什么时候改了什么。", invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        show()


def show() -> None:
    settings = terminal.settings()
    desk = terminal.desk(settings)
    found, total = history.page(desk.db, desk.account_id, Filter(), most=SHOWN)
    for one in found:
        click.echo(terminal.told(settings, one))
    click.echo(f"共 {total} 条" if total else "还没有记录。", err=True)


@main.command(help="核对整条记录链：有没有被改过、删过。")
def verify() -> None:
    desk = terminal.desk(terminal.settings())
    count, broken = history.verify(desk.db, desk.account_id)
    if broken:
        terminal.fail(
            f"记录链断了：第 {broken} 号记录和它前面的对不上（前 {count} 条完好）。"
            "有人绕过画信改过数据库；请用备份核对这一条前后。"
        )
    click.echo(f"完好：{count} 条记录都对得上。")
