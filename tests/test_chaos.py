"""`make chaos` in short, and its judge: what is lost, doubled or paid twice does not go unseen."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete

from bot.failpoints import Point
from bot.store.tables import image_job
from chaos import kills, scripted
from chaos.__main__ import play
from chaos.crowd import Crowd
from chaos.experiments import Fault, Scene
from chaos.plant import Plant

pytestmark = pytest.mark.slow
NO_HEADERS: Mapping[str, str] = {}
PLACES = (Point.JOB_SUBMITTED, Point.PICTURE_STORED, Point.SEND_ANSWERED)
ANSWERS = ("500 一次", "画好了，回话丢了", "半张图", "40001 一次", "发送回网页", "图片不收 40009")


def chosen(*names: str) -> list[Fault]:
    every = [fault for one in (*kills.scenes(), *scripted.scenes()) for fault in one.faults]
    found = [fault for fault in every if any(fault.name.endswith(name) for name in names)]
    assert len(found) == len(names)
    return found


def test_no_fault_loses_doubles_or_pays_twice(capsys: pytest.CaptureFixture[str]) -> None:
    harmed = play([Scene("死", chosen(*PLACES)), Scene("坏", chosen(*ANSWERS))])

    printed = capsys.readouterr().out
    assert (harmed, printed.count("✓")) == (0, len(PLACES) + len(ANSWERS)), printed


def test_the_judge_sees_every_kind_of_harm() -> None:
    harms = (forget, send_again, pay_again, say_otherwise)
    faults = [Fault(harm.__name__, harm, scripted_ends(harm.__name__)) for harm in harms]
    found = {one.name: one.problems for one in Scene("害", faults).played()}

    assert [len(problems) for problems in found.values()] == [1, 1, 1, 1], found
    assert "accepted, but there is no job" in found["forget"][0]
    assert "2 pictures" in found["send_again"][0]
    assert "paid twice" in found["pay_again"][0]
    assert "ended as delivered, not as unknown" in found["say_otherwise"][0]


def scripted_ends(name: str) -> frozenset[str]:
    ends = {"forget": "refused", "say_otherwise": "unknown"}
    return frozenset({ends.get(name, "delivered")})


def delivered(plant: Plant, crowd: Crowd) -> None:
    crowd.ask()
    with plant.database() as db:
        crowd.settle(db, within=30)


def forget(plant: Plant, crowd: Crowd) -> None:
    """A job that was accepted is gone."""
    delivered(plant, crowd)
    with plant.database() as db, db.write() as tx:
        tx.execute(delete(image_job))


def send_again(plant: Plant, crowd: Crowd) -> None:
    """The picture is pushed a second time, as a worker without `send_at` would."""
    delivered(plant, crowd)
    (sent,) = [
        call
        for call in plant.outside.calls(scripted.SEND)
        if call["json"]["touser"] == crowd.people[0]
    ]
    token = post(plant, scripted.TOKEN, **credentials(plant))
    address = f"{scripted.SEND}?access_token={token['access_token']}"
    post(plant, address, **sent["json"])


def pay_again(plant: Plant, crowd: Crowd) -> None:
    """The picture is bought a second time."""
    delivered(plant, crowd)
    prompt = crowd.asked[0].prompt
    key = {"Authorization": f"Bearer {plant.settings.openai_api_key}"}
    model = plant.settings.openai_image_model
    post(plant, "/v1/images/generations", headers=key, model=model, prompt=prompt)


def say_otherwise(plant: Plant, crowd: Crowd) -> None:
    """It ends in another way than the table says."""
    delivered(plant, crowd)


def credentials(plant: Plant) -> dict[str, Any]:
    own = plant.settings
    grant = {"grant_type": "client_credential"}
    return grant | {"appid": own.wechat_app_id, "secret": own.wechat_app_secret}


def post(
    plant: Plant, path: str, *, headers: Mapping[str, str] = NO_HEADERS, **body: Any
) -> dict[str, Any]:
    request = urllib.request.Request(
        plant.outside.address + path,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
