"""What axe has to say about a page."""

import json

from axe_playwright_python.async_playwright import Axe

from tests.support.pages import Screen


async def assert_accessible(screen: Screen, page_name: str) -> None:
    """No violation on what the page shows now; the message names rule and element."""
    results = await Axe().run(screen.page)
    found = [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in results.response["violations"]
        for node in one["nodes"]
    ]
    assert found == [], f"{page_name}: {json.dumps(found, ensure_ascii=False, indent=1)}"
