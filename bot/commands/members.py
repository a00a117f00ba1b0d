"""``huaxin admin …``: members, for who sits at the machine itself."""

import sys

import click

from bot.commands import terminal
from bot.editing import members as editing
from bot.editing.desk import Desk
from bot.errors import ConfigError
from bot.store import entrance, members
from bot.store.members import Member, Role


@click.group(help="控制台的成员。")
def main() -> None:
    pass


@main.command(help="添加一位成员；密码会问两次，也可以从标准输入读一行。")
@click.argument("name")
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), default="owner", show_default=True
)
def create(name: str, role: str) -> None:
    desk = _desk()
    editing.create(desk, name=name, role=Role(role), password=_password())
    click.echo(f"已添加 {name}（{role}）。")


@main.command(help="重设一位成员的密码，移除动态码，结束所有会话。")
@click.argument("name")
def reset(name: str) -> None:
    desk = _desk()
    found = _named(desk, name)
    editing.reset(desk, found.id, _password())
    if found.disabled:
        editing.enable(desk, found.id)
    click.echo(f"已重设 {found.name}：用新密码登录，再设置动态码。")


@main.command("list", help="列出成员。")
def list_() -> None:
    desk = _desk()
    for one in members.every(desk.db, desk.account_id):
        code = "动态码" if one.totp_secret else "无动态码"
        click.echo("  ".join([one.name, one.role, code, *["已停用"] * one.disabled]))


@main.command(help="打印新的一次性设置码（还没有成员时）。")
def code() -> None:
    desk = _desk()
    made = entrance.renew(desk.db, desk.account_id)
    if made is None:
        raise ConfigError("已经有成员了：用 huaxin admin create 添加，或 huaxin admin reset 重设")
    click.echo(made)


def _desk() -> Desk:
    return terminal.desk(terminal.settings())


def _named(desk: Desk, name: str) -> Member:
    found = members.named(desk.db, desk.account_id, name)
    if found is None:
        raise ConfigError(f"没有叫 {name} 的成员：huaxin admin list")
    return found


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    given: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输一次")
    return given
