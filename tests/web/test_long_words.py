"""Words of two hundred letters without a blank, wherever somebody else writes: no page becomes wider than its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from playwright.sync_api import BrowserContext

from tests.web.campaign import NOW, apart
from tests.web.launching import send
from tests.web.server import Page, running
from tests.web.test_hostile_words import Came, build, every_page

LONG = "Llanfairpwllgwyngyll" * 10
TEXTS = tuple(f"{number}{LONG}"[:200] for number in range(12))
EACH = 2  # pages of each route that are looked at
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A campaign in which every word is one."""
    folder = tmp_path_factory.mktemp("long") / "campaign"
    apart(lambda at: build(at, TEXTS), folder)
    settings = (folder / "config.toml").read_text(encoding="utf-8")
    for name in ("10, 100, 1000 Human Rights Cities and Territories by 2030", "UCLG-CSIPDHR"):
        settings = settings.replace(f'name = "{name}"', f'name = "{LONG}"')
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    with running(folder, NOW) as page:
        yield page


@pytest.fixture(scope="module")
def pages(long: Page) -> Mapping[str, Sequence[Came]]:
    """What an admin finds from the overview on."""
    sent = send(long, f"name,country,email,{LONG}\n{LONG},XX,{LONG},{LONG}\n".encode(), f"{LONG}.csv")
    accounts = long.someone("admin")
    accounts.post("/accounts", {"name": LONG[:60], "role": "sender"})
    return every_page(accounts, ["/", "/login", sent.headers["location"]])


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_word_widens_a_page(
    long: Page, pages: Mapping[str, Sequence[Came]], make_context: Callable[..., BrowserContext], phone: bool
) -> None:
    """At 1280 and at 390 pixels, with everything unfolded."""
    window = make_context(long, "admin", phone=phone).new_page()
    own = {"Origin": long.address}
    window.request.post("/invitees/1/answered", form={"note": LONG}, headers=own, max_redirects=0)  # leaves a notice
    wide = {}
    for of_route in pages.values():
        for came in (one for one in of_route[:EACH] if not one.caged):
            window.goto(came.path)
            window.evaluate(UNFOLD)
            if wider := window.evaluate(WIDER):
                wide[came.path] = wider
    assert wide == {}
