"""Every outcome has its sentence, and every command stands in the help."""

from bot.errors import Reason
from bot.store.jobs import Queue
from bot.wechat.replies import cut
from handlers.accepting import acknowledgement
from handlers.sentences import SENTENCES


def test_every_reason_has_a_sentence_that_can_be_said() -> None:
    details = {"number": 7, "limit": 10, "length": 1001}
    said = {reason: SENTENCES.refusal(reason, details) for reason in Reason}

    assert all(
        "{" not in sentence and sentence.endswith(("。", "吧。", "猫"))
        for sentence in said.values()
    )
    assert len(set(said.values())) == len(Reason)


def test_the_help_fits_one_answer_and_names_the_commands() -> None:
    said = SENTENCES.say("help")
    assert cut(said) == said
    for command in ("取图", "上一张", "我的作品", "额度", "取消"):
        assert f">{command}</a>" in said


def test_an_acknowledgement_says_place_time_and_the_way_to_collect() -> None:
    told = acknowledgement(SENTENCES, Queue(ahead=2, seconds=40), can_push=True, waiting=0)
    assert told.startswith("收到，正在画（前面 2 人，约 40 秒）。")
    assert "取图" in told

    later = acknowledgement(SENTENCES, Queue(ahead=0, seconds=300), can_push=False, waiting=1)
    assert later.startswith("收到，正在画（约 5 分钟）。")
    assert "另有 1 张已画好，回复“取图”。" in later
