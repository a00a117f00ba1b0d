"""What the console changes is checked, recorded without secrets, and live in every process."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.editing import settings as editing
from bot.editing.desk import Desk
from bot.editing.settings import Drawer, Wrong
from bot.engine import Bot
from bot.errors import NotThere
from bot.models import Reply, TextReply
from bot.store import history, money
from bot.store import settings as stored
from bot.store.history import Actor
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials
from handlers import CHAIN
from handlers.sentences import SENTENCES
from tests.worlds import World

Make = Callable[..., World]


def drawer(bot: Bot) -> Drawer:
    desk = Desk(bot.db, bot.account_id, Actor(name="小林", via="console"))
    return Drawer(desk, bot.base, bot.vault)


def save(world: World, values: dict[str, str | None]) -> list[str]:
    changed = editing.save(drawer(world.bot), values)
    world.bot.snapshots.refresh()
    return changed


def text(reply: Reply | None) -> str:
    assert isinstance(reply, TextReply)
    return reply.content


@pytest.fixture(name="other")
def _other(world: World) -> Iterator[Bot]:
    """Another process's bot on the same database."""
    bot = Bot(world.bot.base.settings, chain=CHAIN, sentences=SENTENCES)
    bot.start()
    yield bot
    bot.stop()


def test_a_change_is_live_in_another_process_within_a_second(world: World, other: Bot) -> None:
    editing.save(drawer(world.bot), {"FOLLOWER_DAILY_IMAGES": "3", "text.help": "只会说这一句。"})
    until = time.monotonic() + 1
    while other.settings.follower_daily_images != 3 and time.monotonic() < until:
        time.sleep(0.02)

    assert other.settings.follower_daily_images == 3
    assert other.settings.sources["follower_daily_images"] == "console"
    assert text(other.answer(world.message("额度")).reply).startswith("今天画了 0 张，还能画 3 张")
    assert text(other.answer(world.message("帮助")).reply) == "只会说这一句。"


def test_a_value_put_back_is_the_environments(world: World) -> None:
    assert save(world, {"IMAGES_PER_MINUTE": "7"}) == ["IMAGES_PER_MINUTE"]
    assert save(world, {"IMAGES_PER_MINUTE": "7"}) == []
    assert save(world, {"IMAGES_PER_MINUTE": None}) == ["IMAGES_PER_MINUTE"]

    assert world.bot.settings == world.bot.base.settings
    entries, _ = history.page(world.bot.db, world.bot.account_id, history.Filter(), most=9)
    assert [(one.action, one.before, one.after) for one in entries] == [
        ("setting.revert", "7", None),
        ("setting.save", None, "7"),
    ]


def test_a_budget_can_be_switched_off_whatever_the_environment_says(make_world: Make) -> None:
    world = make_world(budget_daily=1, budget_monthly=2)
    save(world, {"BUDGET_DAILY": ""})

    assert world.bot.settings.budget_daily is None
    assert world.bot.settings.budget_monthly == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FOLLOWER_DAILY_IMAGES", "0", "要一个正整数"),
        ("BUDGET_DAILY", "很多", "要一个金额"),
        ("PUBLIC_URL", "bot.example.com", "http://"),
        ("PROMPT_TRIGGER", "", "不能为空"),
        ("DATABASE_URL", "sqlite:///x", "只能在环境变量或 .env 里改"),
        ("WECHAT_TOKEN", "another1token", "模拟环境"),
        ("text.help", "", "不能为空"),
        ("text.help", "{name}你好", "没有 {name} 这个占位"),
        ("text.picture.link", "画好了", "少了 {url}"),
        ("text.quota", "还有 {left 张", "没有配对"),
        ("text.quota", "[[取图", "没有配对"),
        ("text.quota", "[[取图|]]", "要有文字"),
        ("text.quota", "长" * 600, "太长了"),
        ("text.nothing", "x", "没有这句话"),
        ("words.blocked", "\n".join(f"词{n}号" for n in range(100_001)), "最多 100000 个词"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    world: World, name: str, value: str, said: str
) -> None:
    with pytest.raises(Wrong) as caught:
        save(world, {name: value, "IMAGES_PER_MINUTE": "9"})

    assert said in caught.value.problems[name]
    assert world.bot.settings.images_per_minute == 600


def test_a_broken_text_in_the_database_never_breaks_an_answer(world: World) -> None:
    with world.bot.db.write() as tx:
        stored.touch(tx, world.bot.account_id)
        stored.keep(tx, world.bot.account_id, {"text.quota": "{nothing}", "BUDGET_DAILY": "x"})
    world.bot.snapshots.refresh()

    assert text(world.say("额度")).startswith("今天画了 0 张")
    assert world.bot.snapshots.current.live.unreadable == ("BUDGET_DAILY",)


def test_a_tappable_word_and_a_followers_own_words_stay_what_they_are(world: World) -> None:
    save(world, {"text.near_miss": "“{text}”？[[就要它|{keyword}]]"})
    said = text(world.say("<电子数>"))

    assert said.startswith("“＜电子数＞”？<a href=")
    assert said.endswith(">就要它</a>")


def test_a_blocked_word_costs_nothing(world: World) -> None:
    save(world, {"words.blocked": "血腥\nass\n"})

    refused = text(world.say("画一只很 血腥 的猫".replace(" ", "")))
    assert refused.endswith(
        "号：这段描述没有通过内容审核，没有画，也没有扣次数。换个说法再试试吧。"
    )
    assert money.used(world.bot.db, 1, openid=world.openid, day=world.bot.today()) == 0
    assert text(world.say("画一个 ASS")).startswith("第 ")
    assert text(world.say("画一只 glass 做的猫")).startswith("收到，正在画")


def test_texts_words_and_values_are_restored_from_the_history(world: World) -> None:
    save(world, {"words.blocked": "血腥"})
    save(world, {"words.blocked": ""})
    first = history.get(world.bot.db, world.bot.account_id, 1)
    assert first is not None
    assert editing.restore(drawer(world.bot), first) == "words.blocked"
    world.bot.snapshots.refresh()

    assert world.bot.snapshots.current.live.blocked.find("很血腥") == "血腥"


class TestSecrets:
    @pytest.fixture(name="real")
    def _real(self, make_world: Make) -> World:
        return make_world(sandbox=False)

    def test_they_are_sealed_and_in_no_history(self, real: World) -> None:
        save(real, {"OPENAI_API_KEY": "sk-new-canary", "WECHAT_APP_SECRET": "app-new-canary"})
        save(real, {"OPENAI_API_KEY": "sk-newer-canary"})
        entries, _ = history.page(real.bot.db, real.bot.account_id, history.Filter(), most=9)
        path = real.bot.settings.database_address.removeprefix("sqlite:///")
        with real.bot.db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = Path(path).read_bytes()

        assert real.bot.settings.openai_api_key == "sk-newer-canary"
        assert (entries[0].before, entries[0].after) == ("已设置", "已更换")
        assert b"canary" not in kept
        with pytest.raises(NotThere):
            editing.restore(drawer(real.bot), entries[0])

    def test_another_secret_key_falls_back_to_the_environment(
        self, real: World, make_world: Make
    ) -> None:
        save(real, {"OPENAI_API_KEY": "sk-new"})
        moved = make_world(sandbox=False, secret_key="another-secret-key")

        assert moved.bot.settings.openai_api_key == "sk-sandbox-canary"
        assert moved.bot.snapshots.current.live.unreadable == ("OPENAI_API_KEY",)
        assert save(moved, {"OPENAI_API_KEY": "sk-new"}) == ["OPENAI_API_KEY"]
        assert not moved.bot.snapshots.current.live.unreadable

    def test_the_outside_is_made_anew_where_it_changed(self, real: World) -> None:
        save(real, {"OPENAI_IMAGE_QUALITY": "high"})
        renewed = real.outside.renewed(real.bot.settings)

        assert renewed.wechat is real.outside.wechat
        assert renewed.provider is not real.outside.provider
        assert renewed.renewed(real.bot.settings) is renewed


class TestRotation:
    @pytest.fixture(name="before")
    def _before(self, make_world: Make) -> World:
        return make_world(sandbox=False)

    def rotate(self, world: World) -> None:
        save(world, {"WECHAT_TOKEN": "newtoken", "WECHAT_AES_KEY": "Z" * 42 + "A"})

    def test_what_wechat_had_and_what_it_will_have_are_both_taken(self, before: World) -> None:
        old = before.bot.credentials
        self.rotate(before)
        new = before.bot.credentials

        for credentials in (old, new, old):
            assert "电子书" in self.push(before, credentials)

    def test_a_second_change_keeps_the_first_ones(self, before: World) -> None:
        old = before.bot.credentials
        save(before, {"WECHAT_TOKEN": "newtoken"})
        save(before, {"WECHAT_AES_KEY": "Z" * 42 + "A"})

        assert "电子书" in self.push(before, old)

    def test_after_ten_minutes_only_the_new_ones_are(
        self, before: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = before.bot.credentials
        self.rotate(before)
        clock = time.time
        monkeypatch.setattr(time, "time", lambda: clock() + 601)

        assert self.push(before, old) == "403"
        assert "电子书" in self.push(before, before.bot.credentials)

    def push(self, world: World, credentials: Credentials) -> str:
        query, body = crypto.push(
            credentials,
            codec.render_inbound(replace(world.message("电子书"), created=int(time.time()))),
            mode=world.mode,
            now=time.time(),
        )
        response = world.client.post("/wechat", query_string=query, data=body)
        if response.status_code != 200:
            return str(response.status_code)
        return crypto.open_reply(credentials, response.data).decode()
