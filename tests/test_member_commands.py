"""``huaxin admin``: whoever has the machine can always get in, and it is written down."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli, seed
from bot.store import accounts, entrance, history, members
from bot.store.database import Database
from bot.store.members import Member, Stage

PASSWORD = "a kettle on the roof"
Run = Callable[..., Result]


@pytest.fixture(name="db")
def _db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    values = {
        "WECHAT_APP_ID": "wx0123456789abcdef",
        "WECHAT_APP_SECRET": "secret",
        "WECHAT_TOKEN": "token",
        "OPENAI_API_KEY": "sk-key",
        "SECRET_KEY": "0123456789abcdef",
        "DATA_DIR": str(tmp_path),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    db = Database(f"sqlite:///{tmp_path / 'huaxin.db'}", timeout=10)
    seed.prepare(db)
    return db


@pytest.fixture(name="run")
def _run(db: Database) -> Run:
    assert db.dialect == "sqlite"

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli.main, ["admin", *words], input=typed)

    return run


def named(db: Database, name: str) -> Member:
    found = members.named(db, accounts.ensure(db), name)
    assert found is not None
    return found


def test_a_member_is_added_listed_and_reset(run: Run, db: Database) -> None:
    assert run("create", "小林", typed=f"{PASSWORD}\n").output == "已添加 小林（owner）。\n"
    assert run("create", "小周", "--role", "viewer", typed=f"{PASSWORD}\n").exit_code == 0
    assert run("list").output == "小林  owner  无动态码\n小周  viewer  无动态码\n"
    made = named(db, "小周")
    with db.write() as tx:
        members.change(tx, made.id, totp_secret="sealed", disabled=True)
    members.open_session(db, made.id, id_hash="s", csrf="", stage=Stage.FULL)

    assert run("reset", "小周", typed="another kettle on it\n").exit_code == 0
    after = named(db, "小周")
    assert (after.totp_secret, after.disabled) == ("", False)
    assert after.password_hash != made.password_hash
    assert members.sessions(db, made.id) == []
    entries, _total = history.page(db, accounts.ensure(db), history.Filter(), most=9)
    assert [(one.via, one.action) for one in entries[::-1]] == [
        ("cli", "member.create"),
        ("cli", "member.create"),
        ("cli", "member.reset"),
        ("cli", "member.enable"),
    ]


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("create", "小林"), "short\n", "密码至少要 12 个字符"),
        (("create", "小 林"), f"{PASSWORD}\n", "登录名要"),
        (("reset", "nobody"), f"{PASSWORD}\n", "没有叫 nobody 的成员"),
    ],
)
def test_what_is_wrong_is_said(run: Run, words: tuple[str, str], typed: str, said: str) -> None:
    refused = run(*words, typed=typed)
    assert refused.exit_code == 1
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_the_set_up_code_is_printed_until_somebody_is_there(run: Run, db: Database) -> None:
    first, second = run("code").output.strip(), run("code").output.strip()
    assert first != second
    assert len(second) == 23
    account_id = accounts.ensure(db)
    with db.write() as tx:
        assert not entrance.use(tx, account_id, first)
    run("create", "小林", typed=f"{PASSWORD}\n")
    refused = run("code")
    assert (refused.exit_code, "已经有成员了" in refused.output) == (1, True)
