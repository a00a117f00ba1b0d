"""``huaxin token create|list|revoke``: tokens of the JSON API, made by who has the machine."""

import time
from datetime import UTC, datetime

import click

from bot.commands import terminal
from bot.editing import tokens
from bot.editing.desk import Desk
from bot.errors import NotThere
from bot.store import members
from bot.store import tokens as stored
from bot.store.members import Member
from bot.store.tokens import Token

DAYS = 90


@click.group(help="接口令牌：程序用它调 /admin/api/v1/。")
def main() -> None:
    pass


@main.command(help="建一个令牌并打印它，只有这一次；令牌能做的不会比成员多。")
@click.argument("name")
@click.option("--member", required=True, help="是哪位成员的。")
@click.option(
    "--scopes",
    required=True,
    help=f"权限，逗号分开；all 是成员能给的全部。{'、'.join(tokens.SCOPES)}",
)
@click.option("--days", default=DAYS, show_default=True, help="几天后到期。")
def create(name: str, member: str, scopes: str, days: int) -> None:
    desk = terminal.desk(terminal.settings())
    who = _named(desk, member)
    wanted = {one for one in scopes.replace(",", " ").split() if one}
    if wanted == {"all"}:
        wanted = set(tokens.open_to(who.role))
    made = tokens.create(desk, who, name=name, scopes=wanted, days=days, now=_now())
    click.echo(f"令牌「{name}」建好了，{days} 天后到期。现在就存好，以后再也看不到：", err=True)
    click.echo(made)


@main.command("list", help="列出没有作废的令牌。")
def list_() -> None:
    settings = terminal.settings()
    desk = terminal.desk(settings)
    found = stored.every(desk.db, desk.account_id)
    for one in found:
        ends = datetime.fromtimestamp(one.expires_at / 1000, UTC).astimezone(settings.zone)
        over = "已过期" if one.expires_at <= _now() else f"到期 {ends:%Y-%m-%d}"
        scopes = " ".join(sorted(one.scopes))
        click.echo(f"{one.id:>5}  {one.name}  {one.member}  {over}  {scopes}")
    if not found:
        click.echo("没有令牌。", err=True)


@main.command(help="作废一个令牌（编号或名字），马上就不能用了。")
@click.argument("token")
def revoke(token: str) -> None:
    desk = terminal.desk(terminal.settings())
    found = _token(desk, token)
    tokens.end(desk, found.id)
    click.echo(f"已作废「{found.name}」（{found.member}）。")


def _named(desk: Desk, name: str) -> Member:
    found = members.named(desk.db, desk.account_id, name)
    if found is None or found.disabled:
        raise NotThere(f"没有叫 {name}、能登录的成员：huaxin admin list")
    return found


def _token(desk: Desk, said: str) -> Token:
    some = stored.every(desk.db, desk.account_id)
    match [one for one in some if said in {str(one.id), one.name}]:
        case [one]:
            return one
        case []:
            raise NotThere(f"没有编号或名字是“{said}”的令牌：huaxin token list")
        case _:
            raise NotThere(f"不止一个令牌叫“{said}”，请用编号：huaxin token list")


def _now() -> int:
    return int(time.time() * 1000)
