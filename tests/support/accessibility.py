"""What axe has to say about a page."""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import expect

from tests.support.pages import PATIENCE_S, Screen

RUN = """
  rules => axe.run({ resultTypes: ["violations"], rules }).then(({ violations }) => violations)
"""
BUT_COLOURS = {"color-contrast": {"enabled": False}}
"""The rule that is most of a run; colours are the same in every language."""
OTHER_LANGUAGE = re.compile("^(English|中文)$")


async def assert_accessible(
    screen: Screen, page_name: str, rules: Mapping[str, object] = MappingProxyType({})
) -> None:
    """No violation on what the page shows now; the message names rule and element. `rules`: axe's option."""
    page = screen.page
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    violations = await page.evaluate(RUN, dict(rules))
    found = [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in violations
        for node in one["nodes"]
    ]
    assert found == [], f"{page_name}: {json.dumps(found, ensure_ascii=False, indent=1)}"


async def assert_accessible_in_both_languages(screen: Screen, page_name: str) -> None:
    """As `assert_accessible`, for a page that has loaded; it ends in the language in which it began."""
    for rules in ({}, BUT_COLOURS):
        language = await screen.page.locator("html").get_attribute("lang")
        await assert_accessible(screen, f"{page_name} ({language})", rules)
        await screen.page.get_by_role("button", name=OTHER_LANGUAGE).click()
        await is_loaded(screen)


async def is_loaded(screen: Screen) -> None:
    """Wait until the page has a heading and no spinner that stands alone."""
    await screen.page.locator("h1").first.wait_for(state="attached")
    spinner = screen.page.locator("[role=status] > span[aria-hidden]")
    await expect(spinner).to_have_count(0, timeout=PATIENCE_S * 1000)
