"""The token's life, on a clock of our own."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from bot.errors import WeChatError
from bot.wechat.tokens import AccessToken


class Issuer:
    """Hands out what *answers* says, the last one again and again."""

    def __init__(self, *answers: tuple[str, int] | WeChatError) -> None:
        self.answers = list(answers)
        self.forced: list[bool] = []
        self.now = 1000.0
        self.token = AccessToken(self, clock=lambda: self.now)

    def __call__(self, *, force: bool, end: float) -> tuple[str, int]:
        assert end > monotonic()
        self.forced.append(force)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, WeChatError):
            raise answer
        return answer

    def get(self) -> str:
        return self.token.get(end=monotonic() + 1)

    def renew(self, refused: str) -> str:
        return self.token.renew(refused, end=monotonic() + 1)


class Stuck:
    """A memory that was once told T1 and takes nothing new, as a read-only Redis does."""

    def read(self, key: str) -> tuple[str, float] | None:
        return ('{"token": "T1"}', 60.0) if key == "word" else None

    def write(self, key: str, text: str, *, seconds: float) -> None: ...

    def take(self, key: str, *, seconds: float) -> str | None:
        return key if seconds else None

    def give_back(self, key: str, mine: str) -> None: ...


def refusal(act: Callable[[], str]) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        act()
    return caught.value


def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    issuer = Issuer(("T1", 7200), ("T2", 7200))
    assert issuer.get() == "T1"
    issuer.now += 6899
    assert issuer.get() == "T1"
    issuer.now += 1
    assert issuer.get() == "T2"
    assert issuer.forced == [False, False]


@pytest.mark.parametrize(("seconds", "kept"), [(310, 30), (100, 30), (10, 10)])
def test_a_token_near_its_end_is_kept_a_little(seconds: int, kept: int) -> None:
    issuer = Issuer(("T1", seconds), ("T2", 7200))
    issuer.get()
    issuer.now += kept - 1
    assert issuer.get() == "T1"
    issuer.now += 1
    assert issuer.get() == "T2"


def test_a_refused_token_is_renewed_once_for_all() -> None:
    issuer = Issuer(("T1", 7200), ("T2", 7200))
    issuer.get()
    assert [issuer.renew("T1") for _ in range(5)] == ["T2"] * 5
    assert issuer.forced == [False, False]


def test_the_same_token_again_is_forced_once_in_ten_minutes() -> None:
    issuer = Issuer(("T1", 7200), ("T1", 7200), ("T2", 7200), ("T2", 7200))
    issuer.get()
    assert issuer.renew("T1") == "T2"
    assert issuer.forced == [False, False, True]
    assert refusal(lambda: issuer.renew("T2")).code == 40001
    assert issuer.forced == [False, False, True, False]

    issuer.now += 600
    issuer.answers = [("T2", 7200), ("T3", 7200)]
    assert issuer.renew("T2") == "T3"
    assert issuer.forced[-2:] == [False, True]


@pytest.mark.parametrize(
    ("code", "pause"), [(40164, 60), (40125, 60), (45009, 60), (0, 3), (-1, 3)]
)
def test_a_refusal_is_remembered_for_a_while(code: int, pause: int) -> None:
    issuer = Issuer(WeChatError(code, "no", rid="r-1", sent=True))
    first = refusal(issuer.get)
    issuer.now += pause - 1
    again = refusal(issuer.get)

    assert (first.code, first.rid, first.sent) == (code, "r-1", False)
    assert (again.code, again.rid, again.sent) == (code, "r-1", False)
    assert len(issuer.forced) == 1

    issuer.now += 1
    issuer.answers = [("T1", 7200)]
    assert issuer.get() == "T1"


def test_a_distrusted_token_pauses_everything() -> None:
    issuer = Issuer(("T1", 7200))
    issuer.get()
    issuer.token.distrust("T0", WeChatError(40001, "of another thread"))
    assert issuer.get() == "T1"
    issuer.token.distrust("T1", WeChatError(40001, "refused"))
    assert refusal(issuer.get).code == 40001
    assert len(issuer.forced) == 1


def test_an_old_word_of_others_does_not_hide_what_was_renewed() -> None:
    issuer = Issuer(("T2", 7200))
    issuer.token = AccessToken(issuer, shared=Stuck(), clock=lambda: issuer.now)
    assert issuer.get() == "T1"
    assert issuer.renew("T1") == "T2"
    assert [issuer.get() for _ in range(3)] == ["T2"] * 3
    assert issuer.forced == [False]


def test_twenty_threads_ask_once() -> None:
    asked: list[bool] = []

    def ask(*, force: bool, end: float) -> tuple[str, int]:
        asked.append(force)
        sleep(min(0.1, end - monotonic()))
        return "T1", 7200

    token = AccessToken(ask)
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(token.get(end=monotonic() + 5)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["T1"] * 20
    assert asked == [False]


def test_waiting_for_another_threads_fetch_has_an_end() -> None:
    begun, finish = threading.Event(), threading.Event()

    def ask(*, force: bool, end: float) -> tuple[str, int]:
        assert (force, end > 0) == (False, True)
        begun.set()
        finish.wait(5)
        return "T1", 7200

    token = AccessToken(ask)
    first = threading.Thread(target=lambda: token.get(end=monotonic() + 5))
    first.start()
    begun.wait(5)
    error = refusal(lambda: token.get(end=monotonic() + 0.05))
    finish.set()
    first.join()

    assert (error.code, error.sent) == (0, False)
    assert token.get(end=monotonic()) == "T1"
