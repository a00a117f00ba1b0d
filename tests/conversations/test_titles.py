"""Titles that we set: in the typeface and direction asked for, and again on every edit."""

from bot import recipes
from bot.models import ImageRequest, JobState
from tests.worlds import World

EDITS = "/v1/images/edits"
POSTER = "劳动节海报，标题是“五一劳动节快乐”，精准文字，楷体竖排"


def drawn(world: World, words: str, number: int) -> ImageRequest:
    """What the request of *words* came to, its picture finished."""
    world.say(words)
    world.work()
    job = world.job(number)
    assert job.state in {JobState.DELIVERED, JobState.WAITING}
    return recipes.of(job)


def told(request: ImageRequest) -> tuple[str, str, str, bool]:
    return request.title, request.lettering, request.face, request.vertical


def test_a_title_is_set_as_it_was_asked_for_and_again_on_every_edit(world: World) -> None:
    poster = ("五一劳动节快乐", "ours", "kai", True)

    assert told(drawn(world, POSTER, 1)) == poster
    assert told(drawn(world, "再亮一点", 2)) == poster
    assert told(drawn(world, "高清", 3)) == poster
    assert told(drawn(world, "标题改成“五一快乐”，精准文字", 4)) == ("五一快乐", "ours", "", False)
    assert told(drawn(world, "去掉标题", 5)) == ("", "", "", False)
    for call in world.sandbox.calls(EDITS):
        # Nobody shows the model a title that it could draw badly.
        assert "五一劳动节快乐" not in call["form"]["prompt"]


def test_a_title_that_the_model_drew_is_in_the_picture_already(world: World) -> None:
    assert told(drawn(world, "劳动节海报，标题是“五一快乐”", 1)) == ("五一快乐", "", "", False)
    assert told(drawn(world, "再亮一点", 2)) == ("", "", "", False)
