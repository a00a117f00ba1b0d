"""The bench in miniature: every part runs, counts what is wrong, and its figures hang together."""

from dataclasses import replace

import pytest

from bench import door, flight, keywords, labels, mixed, pictures, workers
from bench.children import folder, load
from bench.load import Figures
from bench.plant import once_each
from bench.table import table
from bot.wechat.crypto import Mode
from tests.servers import Server

pytestmark = pytest.mark.slow


def sane(figures: Figures) -> bool:
    return figures.answers > 0 and figures.per_second > 0 and 0 < figures.p50 <= figures.p99


def test_bot_and_echo_give_the_same_answers() -> None:
    pair = door.measure(Mode.SAFE, rounds=1, seconds=0.2, warm_up=0.05)

    assert sane(pair.bot)
    assert sane(pair.echo)
    assert (pair.bot.wrong, pair.echo.wrong) == (0, 0)


def test_an_answer_that_is_not_the_expected_one_is_counted() -> None:
    with folder() as place, door.serving_echo(place, Mode.PLAINTEXT) as echo:
        wrong = door.plan(echo, Mode.PLAINTEXT, seconds=0.1, warm_up=0.05, expected="别的话")
        figures = load(wrong)

    assert figures.wrong == figures.answers > 0


def test_matching_has_a_ratio_for_every_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "SIZES", (10, 1000))
    monkeypatch.setattr(keywords, "ROUNDS", 1)

    ratios = keywords.main()

    assert len(ratios) == len(keywords.TEXTS) + len(keywords.NEAR)
    assert min(ratios.values()) > 0


def test_keywords_are_measured_while_pictures_are_in_the_making() -> None:
    found = pictures.measure(pictures=2, delay=4.0, seconds=0.2, warm_up=0.05)

    assert sane(found.before)
    assert sane(found.during)
    assert (found.before.wrong, found.during.wrong) == (0, 0)
    assert (found.at_start, found.ended) == (2, 2)


def test_labelling_has_a_cost_for_every_format() -> None:
    found = list(labels.costs(rounds=2, sizes=((256, 192),)))

    assert [one.name for one in found] == ["256×192 JPEG", "256×192 PNG"]
    assert all(one.ours > 0 and one.bare > 0 for one in found)


def test_pictures_at_once_share_the_memory_of_a_few() -> None:
    # A picture's pixels alone are 6 MB: most threads wait for their turn.
    assert 0.3 < labels.memory(pictures=30) < 5


def test_columns_line_up_under_wide_characters() -> None:
    assert table([("画信", "10"), ("echo", "次")]) == "  画信  10\n  echo  次"


def test_a_worker_does_every_job_once(postgresql: Server) -> None:
    found = workers.speed(postgresql, 1, pictures=6, delay=0.1, threads=4)

    assert found.once
    assert found.per_second > 0
    assert found.busy > 0
    assert found.cpu["worker"] > 0


def test_what_was_done_twice_is_seen() -> None:
    asked = {"generations": [2, 2], "uploads": [2, 2], "images": [2, 2]}

    assert once_each({"asked": asked}, 2)
    assert not once_each({"asked": {**asked, "images": [3, 2]}}, 2)
    assert not once_each({"asked": {**asked, "uploads": [2, 1]}}, 2)
    assert not once_each({"asked": {**asked, "strange": [1, 1]}}, 2)


def test_pictures_in_flight_have_a_price(postgresql: Server) -> None:
    found = flight.measure(postgresql, pictures=10, delay=8.0)

    assert found.once
    assert found.during.threads > found.before.threads
    assert found.during.descriptors > found.before.descriptors
    assert found.after.peak >= found.after.resident > 0


def test_keywords_and_prompts_by_the_clock_are_all_answered(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixed, "RATE", 50)  # at 200 a busy machine rightly refuses some
    pair = mixed.measure(postgresql, rounds=1, seconds=0.5, warm_up=0.1)

    assert sane(pair.bot)
    assert pair.bot.p99 <= pair.bot.most
    assert (pair.bot.wrong, pair.echo.wrong) == (0, 0)
    assert pair.bot.answers == pair.echo.answers == 30


def test_a_prompt_that_is_not_accepted_is_wrong() -> None:
    with folder() as place, door.serving_echo(place, Mode.PLAINTEXT) as echo:
        text = door.text_for(door.KEYWORD)
        asked = door.plan(echo, Mode.PLAINTEXT, seconds=0.2, warm_up=0.0, expected=text)
        figures = load(replace(asked, rate=100, every=4, prompt="一只猫", accepted="收到"))

    assert (figures.answers, figures.wrong) == (20, 5)
