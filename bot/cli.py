"""The command line, ``huaxin …``; on trouble one sentence and exit code 1."""

import sys
import time
import urllib.request
from contextlib import suppress

import click

from bot import processes, seed
from bot.commands import (
    history,
    members,
    menu,
    rule_changes,
    rule_files,
    storage,
    terminal,
    tokens,
)
from bot.commands import rules as looking
from bot.commands.terminal import fail
from bot.doctor import examine
from bot.errors import ConfigError, HuaxinError, StoreError, WeChatError
from bot.say import Phone, words
from bot.settings import Settings
from bot.store import accounts, entrance, schema
from bot.wechat.errcodes import hint

READY = 60.0  # seconds a start may take
UPGRADE = 900.0  # seconds a statement of an upgrade may take: indexes of big tables


class _Huaxin(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except WeChatError as error:
            fail(f"微信没有接受：{hint(error.code)}（{error}）")
        except HuaxinError as error:
            fail(str(error))


@click.group(cls=_Huaxin, help="画信：微信公众号机器人后端。")
def main() -> None:
    pass


@main.command(help="启动机器人（网页服务和画图进程）。")
@click.option("--sandbox", "with_sandbox", is_flag=True, help="连同模拟的微信、手机和图片接口。")
def run(*, with_sandbox: bool) -> None:
    first = with_sandbox and seed.sandbox_credentials()
    settings = terminal.settings()
    if settings.sandbox and not with_sandbox:
        fail("没有配置公众号（WECHAT_APP_ID）：填好 .env 再启动，或用 huaxin run --sandbox 先试试")
    _prepare(settings)
    binds = [settings.bind] + [settings.sandbox_bind] * with_sandbox
    for bind in binds:
        processes.ensure_free(bind)
    family = processes.Family(["sandbox"] * with_sandbox + ["web", "worker"])
    family.stopping.listen()
    family.start()
    family.ready = _wait_until_ready(settings, family)
    if family.ready:
        if first:
            processes.call("menu", "publish")  # so that the phone has a menu to tap
        click.echo(_banner(terminal.live(settings), _first_way_in(settings)))
    dead = family.mind()
    click.echo(
        f"正在停止……（还在画的图最多等 {processes.GRACE:.0f} 秒；再按一次 Ctrl-C 立即退出）",
        err=True,
    )
    processes.on_second_stop(family.kill)
    family.stop()
    if dead:
        fail(f"{dead} 起不来，原因见上面的日志。")
    click.echo("已停止。", err=True)


@main.command(help="只启动网页服务。")
def web() -> None:
    settings = terminal.settings()
    _check(settings)
    if not processes.has_parent():
        click.echo("\n".join(_first_way_in(settings)))
    processes.web(settings)


@main.command(help="只启动画图进程；有 Redis 时可以在多台机器上各开几个。")
def worker() -> None:
    stopping = processes.Stopping()
    stopping.listen()  # first of all: the kernel keeps from a container's first process the rest
    _check(terminal.settings())
    processes.worker(stopping)


@main.command(help="只启动模拟的微信、手机和图片接口。")
def sandbox() -> None:
    seed.sandbox_credentials()
    processes.sandbox(terminal.settings())


@main.command(help="以粉丝的身份说一句话，打印收到的回答（需要模拟环境在运行）。")
@click.argument("text")
@click.option("--as", "openid", help="以哪位粉丝的身份（openid）。")
def say(text: str, openid: str | None) -> None:
    settings = terminal.settings()
    if not settings.sandbox:
        fail("say 只在模拟环境里有用：先运行 huaxin run --sandbox")
    phone = Phone(f"http://{settings.sandbox_bind}")
    for item in phone.say(text, openid=phone.openid(openid)):
        if item["kind"] == "image":
            path = phone.picture(item, settings.data_dir / "said")
            click.echo(f"[图片] {path}")
        else:
            click.echo(words(item))


@main.group(help="数据库。")
def db() -> None:
    pass


@db.command(help="把数据库升级到程序需要的版本。")
def upgrade() -> None:
    _prepare(terminal.settings())
    click.echo("数据库已是最新。")


@main.command(help="逐项检查：配置、数据库、图片存放、微信、图片接口、这个公众号能做什么。")
def doctor() -> None:
    settings = terminal.settings()
    healthy = True
    for finding in examine(terminal.live(settings)):
        click.echo(finding)
        healthy &= finding.healthy
    if not healthy:
        sys.exit(1)


@main.group(help="关键词回复：查看、修改、导入、导出。")
def rules() -> None:
    pass


for _command in (*looking.COMMANDS, *rule_changes.COMMANDS, *rule_files.COMMANDS):
    rules.add_command(_command)
main.add_command(menu.main, "menu")
main.add_command(members.main, "admin")
main.add_command(history.main, "history")
main.add_command(tokens.main, "token")
main.add_command(storage.main, "storage")


# ---- what the commands share ----


def _prepare(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = terminal.database(settings, statement=UPGRADE)
    try:
        seed.prepare(database)
    except StoreError as error:
        raise ConfigError(f"数据库打不开：{error}") from error
    finally:
        database.close()


def _check(settings: Settings) -> None:
    database = terminal.database(settings)
    try:
        schema.check(database)
    except StoreError as error:
        raise ConfigError(f"数据库打不开：{error}") from error
    finally:
        database.close()


def _wait_until_ready(settings: Settings, family: processes.Family) -> bool:
    until = time.monotonic() + READY
    while time.monotonic() < until and not family.stopping.wait(0.2):
        if not all(family.alive(name) for name in family.names):
            return False
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://{settings.bind}/readyz", timeout=2),
        ):
            return True
    return False


def _first_way_in(settings: Settings) -> list[str]:
    """How the first owner gets into the console; nothing once there is one."""
    database = terminal.database(settings)
    try:
        code = entrance.renew(database, accounts.ensure(database))
    finally:
        database.close()
    if code is None:
        return []
    return [
        f"  首次设置       http://{settings.bind}/admin/setup/",
        f"  一次性设置码   {code}    （丢了再要一个：huaxin admin code）",
    ]


def _banner(settings: Settings, first_way_in: list[str]) -> str:
    lines = ["", "画信 Huaxin 已启动。"]
    if settings.sandbox:
        lines += [
            f"  打开手机聊聊   http://{settings.sandbox_bind}/",
            "  试试发         电子书    或    画一只在雪山下喝茶的猫",
            "  或在另一窗口   .venv/bin/huaxin say 电子书",
        ]
    lines += first_way_in or [f"  控制台         http://{settings.bind}/admin/"]
    lines += [
        f"  微信推送地址   http://{settings.bind}/wechat",
        f"  数据文件夹     {settings.data_dir}",
        *(f"  注意           {warning}" for warning in settings.warnings()),
        "  Ctrl-C 停止",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
