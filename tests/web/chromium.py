"""Debian's Chromium for the tests of the page, and axe-core to look for what keeps people out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parent / "axe" / "axe.min.js"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page) -> list[Mapping[str, Any]]:
    """What axe-core finds on the page as it is now."""
    # Our pages allow no script but their own files: axe is evaluated from outside, as the devtools do.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    script = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
    found: Mapping[str, Any] = page.evaluate(script, list(WCAG))
    return list(found["violations"])


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA, and nothing is wider than the window."""
    found = "\n".join(map(_told, violations(page)))
    assert not found, f"{page.url}\n{found}"
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than its window"


def _told(violation: Mapping[str, Any]) -> str:
    nodes: Sequence[Mapping[str, Any]] = violation["nodes"]
    where = "; ".join(f"{node['target']} {node.get('failureSummary', '')[:300]}" for node in nodes[:3])
    return f"{violation['id']}: {violation['help']}: {where}"
