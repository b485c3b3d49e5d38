"""Slides as a page shows them."""

import re

from playwright.async_api import Locator

from tests.support.pages import Screen


def page_on(screen: Screen, number: int) -> Locator:
    """The picture of this page, once it is painted."""
    shown = screen.page.get_by_role("img", name=re.compile(rf"第 {number} 页"))
    return shown.locator("img[data-painted=true]").last
