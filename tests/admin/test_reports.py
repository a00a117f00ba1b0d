"""数据: every chart has its table, its name and its CSV, and they say the same."""

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.admin.reports import REPORTS
from bot.store import counters, rules
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.admin.people import chatter
from tests.worlds import World


@pytest.fixture(name="console")
def _console(sign_in: Callable[..., Console], world: World) -> Console:
    chatter(world)
    return sign_in()


def read(console: Console, name: str, *, days: int = 7) -> list[list[str]]:
    response = console.get(f"/reports/{name}.csv?days={days}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    today = console.bot.today()
    assert response.headers["Content-Disposition"].endswith(f'{today}.csv"')
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_the_csv_says_exactly_what_happened(console: Console) -> None:
    today = console.bot.today()
    head, *rows = read(console, "messages")
    assert head == ["日期", "消息", "命中规则"]
    assert (len(rows), rows[-1], rows[0][1:]) == (7, [today, "3", "1"], ["0", "0"])
    assert read(console, "pictures")[0] == ["日期", "已送达"]
    assert read(console, "pictures", days=30)[-1] == [today, "2"]
    spent = sum(console.world.job(number).cost for number in (1, 2)) / 1_000_000
    assert read(console, "costs")[0] == ["日期", "花费 (CNY)"]
    assert read(console, "costs")[-1] == [today, f"{spent:.6f}"]
    assert read(console, "models")[1:] == [["gpt-image-2.5-flare", "2", f"{spent:.6f}"]]
    assert read(console, "failures") == [["原因", "次数"]]
    assert read(console, "top-rules")[1:] == [["电子书", "1"]]
    assert read(console, "reply-times")[0] == ["日期", "一半不超过 (ms)", "95% 不超过 (ms)"]
    assert read(console, "reply-times")[1][1:] == ["", ""]
    assert len(read(console, "picture-times", days=90)) == 91


def test_no_cell_is_a_formula(console: Console) -> None:
    names = ["=cmd|' /C calc'!A0", "+1", "-1", "@a", "好的"]
    documents = [{"name": name, "keywords": [], "replies": []} for name in names]
    with console.bot.db.write() as tx:
        rules.insert(tx, console.bot.account_id, documents)
    counters.add(
        console.bot.db, console.bot.account_id, day=console.bot.today(), counts={"forged": 3}
    )

    found = [row[0] for row in read(console, "idle-rules")[-5:]]
    assert found == ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@a", "好的"]
    assert read(console, "refusals")[-1] == [console.bot.today(), "3"]


def test_an_unknown_report_or_range_is_none(console: Console) -> None:
    assert console.get("/reports/passwords.csv").status_code == 404
    assert len(read(console, "messages", days=5000)) == 8


def test_every_viewer_may_read(console: Console, sign_in: Callable[..., Console]) -> None:
    viewer = sign_in(Role.VIEWER)
    page = viewer.page("/reports/?days=30")
    assert page.count("data-chart=") == 6
    assert page.count(".csv?days=30") == len(REPORTS)
    assert console.world.openid not in page
    assert console.world.client.get("/admin/reports/messages.csv").status_code != 200


@pytest.mark.browser
def test_charts_have_names_tables_and_the_colours_of_the_theme(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/reports/")
    charts = page.get_by_role("img", name="图表：")
    expect(charts).to_have_count(6)
    expect(page.get_by_role("img", name="图表：消息和命中。下面有同样内容的表格。")).to_be_visible()
    page.locator("#messages summary").click()
    expect(page.locator("#messages details tbody tr").first.locator("td").first).to_have_text("3")

    ink = page.evaluate("getComputedStyle(document.querySelector('.u-marker')).borderColor")
    before = page.locator("#pictures canvas").evaluate("(canvas) => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(charts).to_have_count(6)
    after = page.locator("#pictures canvas").evaluate("(canvas) => canvas.toDataURL()")
    assert (ink != "", before != after) == (True, True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('#messages canvas').clientWidth < 390")
