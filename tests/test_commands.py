"""``huaxin rules`` and ``huaxin history`` as an operator types them, on a real database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bot import cli, seed
from bot.store import accounts
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.tables import history
from tests.worlds import Sandbox

Huaxin = Callable[..., str]


@pytest.fixture(name="huaxin")
def _huaxin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Huaxin:
    """Run a command in a folder of its own; return what it said, checked for its exit code."""
    values = {
        "DATA_DIR": str(tmp_path),
        "WECHAT_APP_ID": sandbox.config.app_id,
        "WECHAT_APP_SECRET": sandbox.config.app_secret,
        "WECHAT_TOKEN": sandbox.config.token,
        "WECHAT_API_BASE": sandbox.address,
        "OPENAI_API_KEY": "sk-test",
        "SECRET_KEY": "secret-key-canary",
        "LOGNAME": "小林",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    db = Database(f"sqlite:///{tmp_path / 'huaxin.db'}")
    seed.prepare(db)
    stored.replace(db, accounts.ensure(db), [])
    db.close()

    def huaxin(*words: str, code: int = 0, typed: str | None = None) -> str:
        done = CliRunner().invoke(cli.main, words, input=typed)
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    return huaxin


def documents(tmp_path: Path) -> list[dict[str, Any]]:
    db = Database(f"sqlite:///{tmp_path / 'huaxin.db'}")
    _version, found = stored.every(db, accounts.ensure(db))
    db.close()
    return [one.document for one in found]


def test_a_rule_from_its_birth_to_its_undoing(huaxin: Huaxin, tmp_path: Path) -> None:
    said = huaxin("rules", "add", "优惠", "-k", "优惠券", "-k", "包含：打折", "-r", "满一百减二十")
    assert said.startswith("已加上规则 ")
    number = said.split()[1].partition("「")[0]

    assert f"{number}  优惠  优惠券、包含：打折" in huaxin("rules", "list", "打折")
    assert "✓ 用它回答：优惠（包含：打折" in huaxin("rules", "try", "有打折吗")
    assert "没有规则回答" in huaxin("rules", "try", "别的")
    changed = huaxin("rules", "set", number, "-r", "满两百减五十", "--until", "2030-01-01 08:00")
    assert "- 满一百减二十" in changed
    assert "+ 满两百减五十" in changed
    assert "结束时间：2030-01-01 08:00" in huaxin("rules", "show", "优惠")
    assert "已停用 1 条" in huaxin("rules", "off", "优惠")
    assert "本来就是停用的" in huaxin("rules", "off", "优惠")
    assert "已停用：优惠" in huaxin("rules", "try", "优惠券")
    huaxin("rules", "on", "优惠")
    huaxin("rules", "set", "优惠", "--until", "无")
    huaxin("rules", "delete", "优惠", typed="y\n")
    assert documents(tmp_path) == []

    for _ in range(5):  # deletion, end, on, off, and the reply and its end
        huaxin("rules", "undo", "--yes")
    assert documents(tmp_path) == [
        {
            "name": "优惠",
            "keywords": ["优惠券", {"text": "打折", "mode": "contains"}],
            "replies": [{"type": "text", "content": "满一百减二十"}],
        }
    ]
    huaxin("rules", "undo", typed="y\n")
    assert documents(tmp_path) == []
    assert "没有可以退回的修改" in huaxin("rules", "undo", code=1)
    told = huaxin("rules", "history")
    assert "小林（cli）  关键词回复 · 新建  优惠" in told


def test_what_is_wrong_is_said_in_words(huaxin: Huaxin) -> None:
    assert "缺少 关键词" in huaxin("rules", "add", "优惠", "-r", "x", code=1)
    assert "没有编号或名称是“无”" in huaxin("rules", "show", "无", code=1)
    huaxin("rules", "add", "优惠", "-k", "优惠券", "-r", "x")
    assert "你是不是找：" in huaxin("rules", "show", "优", code=1)
    huaxin("rules", "add", "优惠", "-k", "券", "-r", "x")
    assert "请用编号" in huaxin("rules", "delete", "优惠", code=1)
    number = huaxin("rules", "list", "券").split()[0]
    assert "没有说要改什么" in huaxin("rules", "set", number, code=1)
    assert "请给一个文件" in huaxin("rules", "import", code=1)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "yaml", "toml"])
def test_files_go_out_and_come_in(huaxin: Huaxin, tmp_path: Path, ending: str) -> None:
    huaxin("rules", "add", "优惠", "-k", "优惠券", "-r", "=1+1")
    huaxin("rules", "add", "报名", "-k", "报名", "-r", "官网")
    before = documents(tmp_path)
    path = str(tmp_path / f"规则.{ending}")

    assert f"已导出 2 条规则到 {path}" in huaxin("rules", "export", path)
    assert "没有要改的" in huaxin("rules", "import", path)
    huaxin("rules", "delete", "优惠", "--yes")
    huaxin("rules", "add", "别的", "-k", "别的", "-r", "别的")
    told = huaxin("rules", "import", path, "--replace", "--dry-run")
    assert "新增 1，修改 0，删除 1，不变 1，有错 0" in told
    huaxin("rules", "import", path, "--replace", typed="y\n")
    assert documents(tmp_path) == before
    huaxin("rules", "undo", "--yes")
    assert [one["name"] for one in documents(tmp_path)] == ["报名", "别的"]


def test_a_bad_row_is_said_and_spares_the_others(huaxin: Huaxin, tmp_path: Path) -> None:
    path = tmp_path / "规则.csv"
    path.write_text("名称,关键词,回复1\n好,好,好\n坏,,坏\n", encoding="gbk")

    assert "第 3 行「坏」：缺少 关键词" in huaxin("rules", "import", str(path), "--dry-run", code=1)
    assert documents(tmp_path) == []
    huaxin("rules", "import", str(path), "--yes")
    assert [one["name"] for one in documents(tmp_path)] == ["好"]
    path.write_text("名称,关键词,回复1\n好,好,更好\n", encoding="utf-8")
    assert "修改 0" in huaxin("rules", "import", str(path), "--skip")
    huaxin("rules", "import", str(path), "--yes")
    assert documents(tmp_path)[0]["replies"][0]["content"] == "更好"


def test_the_rules_of_wechats_own_console(huaxin: Huaxin, tmp_path: Path) -> None:
    told = huaxin("rules", "import", "--from-wechat", "--yes")

    assert "图片没有带过来" in told
    assert [one["name"] for one in documents(tmp_path)][:2] == ["价格", "联系我们"]


def test_the_whole_file_can_be_printed(huaxin: Huaxin) -> None:
    huaxin("rules", "add", "优惠", "-k", "优惠券", "-r", "x")

    assert huaxin("rules", "export").startswith("[[rules]]")


def test_the_chain_is_verified(huaxin: Huaxin, tmp_path: Path) -> None:
    huaxin("rules", "add", "优惠", "-k", "优惠券", "-r", "x")
    huaxin("rules", "add", "报名", "-k", "报名", "-r", "x")
    assert "完好：2 条记录" in huaxin("history", "verify")
    assert "关键词回复 · 新建  报名" in huaxin("history")

    db = Database(f"sqlite:///{tmp_path / 'huaxin.db'}")
    with db.write() as tx:
        tx.execute(
            update(history).where(history.c.id == 2).values(after=json.dumps({"name": "改"}))
        )
    db.close()
    assert "第 2 号记录" in huaxin("history", "verify", code=1)
