"""Passwords: what is refused, how they are kept, and never more than two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot import passwords
from bot.errors import ConfigError


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "至少"),
        ("elevenchars", "至少"),
        ("x" * 129, "最多"),
        ("aaaaaaaaaaaaaa", "太常见"),
        ("PassWord1234", "太常见"),
        ("１２３４５６７８９０１２", "太常见"),
        ("i am xiaolin ok", "登录名"),
    ],
)
def test_what_is_easily_guessed_is_refused(password: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        passwords.check(password, name="XiaoLin")


@pytest.mark.parametrize(
    "password", ["a kettle on the roof", "雪山下喝茶的一只猫不加糖", "no1needsSymbols"]
)
def test_length_is_what_counts(password: str) -> None:
    passwords.check(password, name="xiaolin")


def test_a_password_is_kept_as_argon2id_and_found_again() -> None:
    kept = passwords.digest("Ｋettle on the roof")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(kept, "Kettle on the roof")
    assert not passwords.verify(kept, "kettle on the roof")
    assert not passwords.verify("", "nobody has this password")
    assert not passwords.verify("no hash", "x")


def test_two_at_once_a_few_wait_the_rest_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    full = threading.Barrier(passwords.AT_ONCE + 1)

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            full.wait(timeout=10)
            with lock:
                running -= 1
            return ""

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    pairs = (passwords.AT_ONCE + passwords.WAITING) // 2
    with ThreadPoolExecutor(16) as pool:
        made = [pool.submit(passwords.digest, "x") for _ in range(2 * pairs)]
        while passwords._room._value:
            pass
        with pytest.raises(passwords.Busy):
            passwords.digest("x")
        for _ in range(pairs):
            full.wait(timeout=10)
        assert [one.result() for one in made] == [""] * (2 * pairs)
    assert most == passwords.AT_ONCE
