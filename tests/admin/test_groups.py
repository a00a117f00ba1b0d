"""A sheet or a deck in an operator's hands: seen with its pages, put together anew with them."""

import re

from bot.models import JobState
from tests.admin.conftest import Console
from tests.conversations.groups import GENERATIONS, jobs, refusal, silence, spent, used, worked
from tests.conversations.test_decks import OWN


def test_an_operator_has_a_page_drawn_anew_and_the_deck_comes_whole(console: Console) -> None:
    world = console.world
    world.sandbox.script(refusal(GENERATIONS), silence(GENERATIONS))
    world.say(OWN)
    worked(world)
    page = console.page("/queue/1")
    assert "由这些拼成" in page
    assert re.findall(r'href="/admin/queue/(\d)"', page) == ["2", "3", "4"]
    assert "第 1 号里的第 2 张" in console.page("/queue/3")
    listed = re.findall(r'id="job-(\d)"', console.page("/queue/"))
    assert listed == ["3", "2"], "what went wrong, and neither deck nor kept page"
    assert console.page("/gallery/").count('class="work"') == 1

    console.post("/queue/2/retry")
    console.post("/queue/3/release", data={"paid": "yes", "again": "on"})
    worked(world)

    assert [job.state for job in jobs(world, 4)] == ["delivered", *["kept"] * 3]
    assert [item["kind"] for item in world.pushed()] == ["image", "text"] * 2
    assert "《端午节》3 页做好了" in world.pushed()[-1]["text"]
    assert used(world) == 3
    assert len(world.sandbox.calls(GENERATIONS)) == 5
    assert spent(world) > sum(job.cost for job in jobs(world, 4)), "the silent call was paid"


def test_an_operator_ends_a_deck_or_revives_one_of_which_nothing_was_drawn(
    console: Console,
) -> None:
    world = console.world
    world.say(OWN)
    console.post("/queue/1/cancel")
    (told,) = worked(world)
    assert "运营者取消了" in told["text"]
    assert {job.state for job in jobs(world, 4)} == {JobState.CANCELLED}
    assert (used(world), spent(world)) == (0, 0)

    world.sandbox.script(refusal(GENERATIONS, times=3))
    world.say(OWN)
    worked(world)
    assert [job.state for job in jobs(world, 8, 5)] == ["failed"] * 4
    assert "逐张重试" in console.page("/queue/5")
    assert "刚刚有了变化" in console.client.post(
        "/admin/queue/5/retry", headers={"X-CSRFToken": console.csrf}, follow_redirects=True
    ).get_data(as_text=True)
    for number in (6, 7):
        console.post(f"/queue/{number}/retry")
    worked(world)
    assert [job.state for job in jobs(world, 8, 5)] == ["delivered", "kept", "kept", "failed"]
    assert used(world) == 2
