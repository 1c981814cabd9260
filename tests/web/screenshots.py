"""Takes a picture of every page, at desk and phone width, light and dark: `make screenshots`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.web.campaign import NOW, build_campaign
from tests.web.chromium import DESKTOP, PHONE, chromium
from tests.web.places import PLACES, Place
from tests.web.server import Page, running

NAMES = {"admin": "Anna Vila", "sender": "Ben Roca", "reviewer": "Núria Serra", "reader": "Tomàs Puig"}
DOCS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def main() -> None:
    """The main pages into docs/screenshots; into its folder `more`, which git does not keep, all others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, metavar="DIR", default=DOCS, help="another folder than docs/screenshots")
    parser.add_argument("--only", default="", metavar="NAME", help="only pages whose name begins so")
    parser.add_argument("--built", type=Path, metavar="DIR", help="keep the campaign there and use it again")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = wanted.built or Path(made) / "campaign"
        if not folder.exists():
            build_campaign(folder)
        with running(folder, NOW) as page, chromium() as browser:
            for place in (one for one in PLACES if one.name.startswith(wanted.only)):
                into = wanted.into if place.in_docs else wanted.into / "more"
                for phone in (False, True):
                    for dark in (False, True):
                        take(browser, page, place, into, phone=phone, dark=dark)


def take(browser: Browser, page: Page, place: Place, folder: Path, *, phone: bool, dark: bool) -> None:
    """One picture of one page."""
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light", base_url=page.address
    )
    if place.role:
        context.add_cookies(
            [{"name": page.site.cookie, "value": page.token(place.role, NAMES[place.role]), "url": page.address}]
        )
    window = context.new_page()
    window.goto(place.path)
    window.wait_for_load_state("networkidle")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{place.name}-{'phone' if phone else 'desktop'}{'-dark' if dark else ''}.png"
    window.screenshot(path=folder / name)
    context.close()


if __name__ == "__main__":
    main()
