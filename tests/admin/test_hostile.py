"""Forty ways to have the console run something, in every stored text: none works on any page."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.admin import hostile, routes
from tests.admin.conftest import Console

EACH = 4  # pages of one kind
MOST = 160
# What ran, and what would have run had the browser or the reader done one thing more.
INSPECT = r"""
() => {
  const found = window.__xss === undefined ? [] : [`ran: ${window.__xss}`];
  for (const element of document.querySelectorAll("*")) {
    for (const {name, value} of element.attributes) {
      const address = /^(href|src|action|formaction|data|poster|xlink:href)$/i.test(name);
      const runs = /^[\s\x00-\x20]*(javascript|vbscript|data:text)/i.test(value);
      if (/^on/i.test(name) || (address && runs)) found.push(`${element.tagName} ${name}=${value}`);
    }
  }
  const planted = "script:not([src^='/admin/assets/'], [type='application/json']), " +
    "iframe[srcdoc], object, embed, base, meta[http-equiv], style, " +
    "link:not([href^='/admin/assets/'])";
  for (const element of document.querySelectorAll(planted)) found.push(element.outerHTML);
  return [...found, ...window.violations];
}
"""
LINKS = r"""
() => [...document.querySelectorAll("a[href], [hx-get]")]
  .filter((one) => !one.hasAttribute("download"))
  .map((one) => new URL(one.getAttribute("hx-get") ?? one.href, location.href))
  .filter((one) => one.host === location.host && one.pathname.startsWith("/admin/"))
  .map((one) => one.pathname + one.search)
"""


class Crawl:
    """The addresses to look at: every fixed page, then what links lead to, a few of each kind."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.app
        self._map = self._app.url_map.bind("localhost")
        self._seen: set[str] = set()
        self._kinds: dict[str, int] = {}
        safe = [one for one in routes.pages(self._app) if one.safe and one.fixed]
        self.waiting = [one.path for one in safe if self._is_new(one.path)]

    def __iter__(self) -> Iterator[str]:
        while self.waiting and len(self._seen) <= MOST:
            path = self.waiting.pop(0)
            # Files to download and addresses that lead elsewhere are no pages.
            response = self._console.client.get(path)
            if response.status_code == 200 and response.mimetype == "text/html":
                yield path

    def follow(self, links: list[str]) -> None:
        self.waiting += [link for link in links if self._is_new(link)]

    def _is_new(self, address: str) -> bool:
        try:
            endpoint, _ = self._map.match(urlsplit(address).path)
        except HTTPException:
            return False
        if address in self._seen or endpoint == "admin.asset":
            return False
        if self._kinds.get(endpoint, 0) >= EACH:
            return False
        self._kinds[endpoint] = self._kinds.get(endpoint, 0) + 1
        self._seen.add(address)
        return True


@pytest.mark.browser
def test_nothing_hostile_runs_on_any_page(console: Console, open_page: Callable[..., Page]) -> None:
    for payload in (*hostile.PAYLOADS, "\n".join(hostile.PAYLOADS)):
        hostile.plant(console.world, payload)
    page = open_page("/history/")
    crawl, faults = Crawl(console), {}
    looked, shown = set(), set()
    for path in crawl:
        page.goto(path)
        if page.locator("[hx-trigger*='load'], [hx-trigger*='every']").count():
            page.wait_for_load_state("networkidle")
        looked.add(path)
        if "__xss" in page.content():
            shown.add(path)
        if found := page.evaluate(INSPECT):
            faults[path] = found
        crawl.follow(page.evaluate(LINKS))

    assert faults == {}
    assert {"/admin/history/", "/admin/tokens/"} <= shown
    assert any(path.startswith("/admin/history/") and path[-1].isdigit() for path in looked)
    assert len(hostile.PAYLOADS) == len(set(hostile.PAYLOADS)) == 40


@pytest.mark.browser
def test_the_walk_sees_what_runs(open_page: Callable[..., Page]) -> None:
    """Held against a page that is not safe, the inspection finds every element that is planted."""
    page = open_page("/history/")
    blind = []
    for payload in hostile.PAYLOADS[:23]:
        page.evaluate("text => { document.body.innerHTML = text; }", payload)
        if not page.evaluate(INSPECT):
            blind.append(payload)
        page.evaluate("() => { window.violations.length = 0; document.body.innerHTML = ''; }")

    assert [one for one in blind if "<body" not in one] == []
