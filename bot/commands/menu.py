"""``huaxin menu …``: the account's menu, shown and published without a browser."""

import click

from bot.commands import terminal
from bot.editing import menu
from bot.wechat.menus import outline


@click.group(help="公众号的自定义菜单。")
def main() -> None:
    pass


@main.command(help="发布控制台里的菜单草稿；还没有草稿就发布 assets/menu.toml。")
def publish() -> None:
    from bot.platform import wechat_of  # noqa: PLC0415 — its library is slow to load

    settings = terminal.settings()
    menu.publish(terminal.desk(settings), wechat_of(terminal.live(settings)))
    click.echo("菜单已发布；粉丝的微信最迟五分钟后看到。")


@main.command(help="打印菜单草稿和现在线上的菜单。")
def show() -> None:
    from bot.platform import wechat_of  # noqa: PLC0415 — its library is slow to load

    settings = terminal.settings()
    desk = terminal.desk(settings)
    draft = menu.draft(desk.db, desk.account_id)
    click.echo("草稿：")
    click.echo("\n".join(outline(draft.document, menu.TYPE_WORDS)))
    live, _changed = menu.live(wechat_of(terminal.live(settings)))
    click.echo("\n线上：")
    click.echo("\n".join(outline(live, menu.TYPE_WORDS)) if live else "没有菜单")
