"""The command line, ``huaxin …``; on trouble one sentence and exit code 1."""

import sys
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import Literal, NoReturn

import click

from bot import live, logs, processes, seed
from bot.cli_members import admin
from bot.doctor import examine
from bot.errors import ConfigError, HuaxinError, StoreError
from bot.keywords import documents, files
from bot.keywords.index import Index
from bot.say import Phone, words
from bot.settings import ASSETS, Settings
from bot.store import accounts, entrance, schema
from bot.store import rules as stored
from bot.store import settings as changed
from bot.store.database import Database
from bot.vault import Vault

READY = 60.0  # seconds a start may take


class _Huaxin(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HuaxinError as error:
            fail(str(error))


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


@click.group(cls=_Huaxin, help="画信：微信公众号机器人后端。")
def main() -> None:
    pass


main.add_command(admin)


@main.command(help="启动机器人（网页服务和画图进程）。")
@click.option("--sandbox", "with_sandbox", is_flag=True, help="连同模拟的微信、手机和图片接口。")
def run(*, with_sandbox: bool) -> None:
    first = with_sandbox and seed.sandbox_credentials()
    settings = _settings()
    if settings.sandbox and not with_sandbox:
        fail("没有配置公众号（WECHAT_APP_ID）：填好 .env 再启动，或用 huaxin run --sandbox 先试试")
    _prepare(settings)
    binds = [settings.bind] + [settings.sandbox_bind] * with_sandbox
    for bind in binds:
        processes.ensure_free(bind)
    family = processes.Family(["sandbox"] * with_sandbox + ["web", "worker"])
    processes.on_stop(family.stopping)
    family.start()
    family.ready = _wait_until_ready(settings, family)
    if family.ready:
        if first:
            processes.call("menu", "publish")  # so that the phone has a menu to tap
        click.echo(_banner(_live(settings), _first_way_in(settings)))
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
    settings = _settings()
    _check(settings)
    if not processes.has_parent():
        click.echo("\n".join(_first_way_in(settings)))
    processes.web(settings)


@main.command(help="只启动画图进程；有 Redis 时可以在多台机器上各开几个。")
def worker() -> None:
    _check(_settings())
    processes.worker()


@main.command(help="只启动模拟的微信、手机和图片接口。")
def sandbox() -> None:
    seed.sandbox_credentials()
    processes.sandbox(_settings())


@main.command(help="以粉丝的身份说一句话，打印收到的回答（需要模拟环境在运行）。")
@click.argument("text")
@click.option("--as", "openid", help="以哪位粉丝的身份（openid）。")
def say(text: str, openid: str | None) -> None:
    settings = _settings()
    if not settings.sandbox:
        fail("say 只在模拟环境里有用：先运行 huaxin run --sandbox")
    phone = Phone(f"http://{settings.sandbox_bind}")
    for item in phone.say(text, openid=phone.openid(openid)):
        if item["kind"] == "image":
            path = phone.picture(item, settings.data_dir / "said")
            click.echo(f"[图片] {path}")
        else:
            click.echo(words(item))


@main.group(help="关键词规则的导入和导出。")
def rules() -> None:
    pass


@rules.command("import", help="用文件里的规则替换现有的全部规则（.toml 或 .yaml）。")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def rules_import(path: Path) -> None:
    found = files.loads(_read(path), form=_form(path))
    Index.build(found)  # what cannot be compiled is refused here, not in the running processes
    db = _database(_settings())
    count = stored.replace(db, accounts.ensure(db), [documents.to_dict(rule) for rule in found])
    click.echo(f"已导入 {count} 条规则，一秒内生效。")


@rules.command("export", help="把全部规则写成文件（.toml 或 .yaml），没有文件名就打印出来。")
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path))
def rules_export(path: Path | None) -> None:
    db = _database(_settings())
    _version, found = stored.read(db, accounts.ensure(db))
    text = files.dumps(
        [documents.from_dict(document, where=f"规则 {id_}") for id_, _position, document in found],
        form=_form(path or Path("rules.toml")),
    )
    if path is None:
        click.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8")
        click.echo(f"已导出 {len(found)} 条规则到 {path}")


@main.group(help="数据库。")
def db() -> None:
    pass


@db.command(help="把数据库升级到程序需要的版本。")
def upgrade() -> None:
    _prepare(_settings())
    click.echo("数据库已是最新。")


@main.group(help="公众号的自定义菜单。")
def menu() -> None:
    pass


@menu.command(help="发布 assets/menu.toml 里的菜单。")
def publish() -> None:
    from bot.jobs.outside import Outside  # noqa: PLC0415 — the image model's library is slow to load

    wanted = tomllib.loads((ASSETS / "menu.toml").read_text(encoding="utf-8"))
    Outside.of(_live(_settings())).wechat.menu_create(wanted)
    click.echo("菜单已发布；粉丝的微信最迟五分钟后看到。")


@main.command(help="逐项检查：配置、数据库、微信、图片接口、这个公众号能做什么。")
def doctor() -> None:
    settings = _settings()
    healthy = True
    for finding in examine(_live(settings)):
        click.echo(finding)
        healthy &= finding.healthy
    if not healthy:
        sys.exit(1)


# ---- what the commands share ----


def _settings() -> Settings:
    settings = Settings.load()
    logs.configure(settings.log_format)
    return settings


def _live(settings: Settings) -> Settings:
    """Return the settings with what the console changed, as the running processes have them."""
    database = _database(settings)
    try:
        _version, values = changed.read(database, accounts.ensure(database))
    except StoreError:
        return settings
    finally:
        database.close()
    return live.merge(settings, values, Vault(settings.secret_key))[0]


def _database(settings: Settings) -> Database:
    return Database(settings.database_address, timeout=10)


def _prepare(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = _database(settings)
    try:
        seed.prepare(database)
    except StoreError as error:
        raise ConfigError(f"数据库打不开：{error}") from error
    finally:
        database.close()


def _check(settings: Settings) -> None:
    database = _database(settings)
    try:
        schema.check(database)
    except StoreError as error:
        raise ConfigError(f"数据库打不开：{error}") from error
    finally:
        database.close()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} 不是 UTF-8 编码") from None


def _form(path: Path) -> Literal["toml", "yaml"]:
    match path.suffix.lower():
        case ".toml":
            return "toml"
        case ".yaml" | ".yml":
            return "yaml"
        case _:
            raise ConfigError(f"{path}：文件名要以 .toml 或 .yaml 结尾")


def _wait_until_ready(settings: Settings, family: processes.Family) -> bool:
    until = time.monotonic() + READY
    while time.monotonic() < until and not family.stopping.is_set():
        if not all(family.alive(name) for name in family.names):
            return False
        try:
            with urllib.request.urlopen(f"http://{settings.bind}/readyz", timeout=2):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _first_way_in(settings: Settings) -> list[str]:
    """How the first owner gets into the console; nothing once there is one."""
    database = _database(settings)
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
