"""Access tokens: two pools, forced refreshes, and what a bad one is answered."""

from typing import Any

import pytest
import requests

from tests.sandbox.sandbox_stage import APP_ID, SECRET, Stage

ASKED = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
WRONG = [
    ({"grant_type": "other"}, 40002),
    ({"grant_type": None}, 40002),
    ({"appid": None}, 41002),
    ({"appid": "wx1"}, 40013),
    ({"secret": None}, 41004),
    ({"secret": "guess"}, 40125),
]


def stable(stage: Stage, **changes: Any) -> dict[str, Any]:
    asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
    url = f"{stage.address}/cgi-bin/stable_token"
    answer: dict[str, Any] = requests.post(url, json=asked, timeout=5).json()
    return answer


def classic(stage: Stage, **changes: Any) -> dict[str, Any]:
    url = f"{stage.address}/cgi-bin/token"
    answer: dict[str, Any] = requests.get(url, params=ASKED | changes, timeout=5).json()
    return answer


def use(stage: Stage, token: str) -> int:
    """Return the errcode of a call with *token*, 0 where it is answered."""
    return int(stage.get("getcallbackip", access_token=token).json().get("errcode", 0))


class TestStable:
    def test_it_stays_the_same_until_five_minutes_before_its_end(self, stage: Stage) -> None:
        first = stable(stage)
        stage.clock.ahead = 6890
        again = stable(stage)
        stage.clock.ahead = 6910
        renewed = stable(stage)

        assert first["expires_in"] == 7200
        assert again["access_token"] == first["access_token"]
        assert 300 < again["expires_in"] <= 310
        assert renewed["access_token"] != first["access_token"]
        assert renewed["expires_in"] == 7200
        assert use(stage, first["access_token"]) == 0
        stage.clock.ahead = 7201
        assert use(stage, first["access_token"]) == 42001
        assert use(stage, renewed["access_token"]) == 0

    def test_force_kills_the_previous_one_every_30_seconds(self, stage: Stage) -> None:
        first = stable(stage)["access_token"]
        forced = stable(stage, force_refresh=True)["access_token"]

        assert use(stage, first) == 40001
        assert use(stage, forced) == 0
        assert stable(stage, force_refresh=True)["errcode"] == 45011
        assert use(stage, forced) == 0
        assert stable(stage)["access_token"] == forced
        stage.clock.ahead = 31
        assert stable(stage, force_refresh=True)["access_token"] != forced

    def test_force_works_20_times_a_day(self, stage: Stage) -> None:
        day = 24 * 3600
        midnight = day - (stage.clock() + 8 * 3600) % day  # in Beijing
        answers = []
        for turn in range(21):
            stage.clock.ahead = midnight + turn * 31
            answers.append(stable(stage, force_refresh=True).get("errcode", 0))

        assert answers == [0] * 20 + [45009]
        stage.clock.ahead += 24 * 3600
        assert "access_token" in stable(stage, force_refresh=True)

    @pytest.mark.parametrize(("change", "errcode"), WRONG)
    def test_wrong_credentials(self, stage: Stage, change: dict[str, Any], errcode: int) -> None:
        assert stable(stage, **change)["errcode"] == errcode

    def test_it_is_a_post_of_json(self, stage: Stage) -> None:
        url = f"{stage.address}/cgi-bin/stable_token"

        assert requests.get(url, params=ASKED, timeout=5).json()["errcode"] == 43002
        assert requests.post(url, data=b"", timeout=5).json()["errcode"] == 44002
        assert requests.post(url, data=b"appid=1", timeout=5).json()["errcode"] == 47001


class TestClassic:
    def test_each_call_kills_the_one_before(self, stage: Stage) -> None:
        first, second = classic(stage)["access_token"], classic(stage)["access_token"]

        assert use(stage, first) == 40001
        assert use(stage, second) == 0

    def test_the_pools_do_not_touch_each_other(self, stage: Stage) -> None:
        old = stable(stage)["access_token"]
        other = classic(stage)["access_token"]
        stable(stage, force_refresh=True)

        assert use(stage, old) == 40001
        assert use(stage, other) == 0

    @pytest.mark.parametrize(("change", "errcode"), WRONG)
    def test_wrong_credentials(self, stage: Stage, change: dict[str, Any], errcode: int) -> None:
        assert classic(stage, **change)["errcode"] == errcode


class TestUse:
    @pytest.mark.parametrize(
        ("token", "errcode"), [("", 41001), ("guess", 40014), ("98_" + "a" * 134, 40001)]
    )
    def test_a_bad_token(self, stage: Stage, token: str, errcode: int) -> None:
        assert use(stage, token) == errcode

    def test_the_expired_token_of_the_trouble_drawer(self, stage: Stage) -> None:
        old = stable(stage)["access_token"]
        state = stage.phone("trouble", name="expired_token", on=True)
        assert [each["name"] for each in state["troubles"] if each["on"]] == ["expired_token"]

        assert use(stage, old) == 42001
        fresh = stable(stage)["access_token"]

        assert fresh != old
        assert use(stage, fresh) == 0
        assert not any(each["on"] for each in stage.look("state")["troubles"])

    def test_quotas_are_cleared_by_the_secret_without_a_token(self, stage: Stage) -> None:
        url = f"{stage.address}/cgi-bin/clear_quota/v2"
        form = {"appid": APP_ID, "appsecret": SECRET}

        assert requests.post(url, data=form, timeout=5).json()["errcode"] == 0
        assert requests.post(url, json=form, timeout=5).json()["errcode"] == 0
        form["appsecret"] = "guess"
        assert requests.post(url, data=form, timeout=5).json()["errcode"] == 40125
