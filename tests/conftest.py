"""The closing table of a run, what a run on CI must not skip, and the databases of all tests."""

import os
from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.support.database import (
    database,
    database_url,
    empty_url,
    postgres_server,
    sqlite_template,
)

__all__ = ["database", "database_url", "empty_url", "postgres_server", "sqlite_template"]

REQUIRED = ("browser", "recording", "postgres")
"""Under TONGTANG_CI a skipped test with one of these marks fails the run."""
SLOWEST = 12

BROWSER_TESTS = "tests/browser/"
_ROOT = Path(__file__).parent
_reports: list[pytest.TestReport] = []


class Lanes(LoadScopeScheduling):
    """A process takes a file at a time: the first begins with those that wait for browsers, the others with the rest.

    The third takes no browsers at all: more than two at once take longer, since pages in a lesson compute as long as
    they wait for each other.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        lane = self.nodes.index(node)
        wanted = (one for one in self.workqueue if (lane == 0) == one.startswith(BROWSER_TESTS))
        if (file := next(wanted, None)) is not None:
            self.workqueue.move_to_end(file, last=False)
        elif lane >= 2:
            node.shutdown()
            return
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """For `-n 3`."""
    return Lanes(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form runs only when asked for (`-m soak`)."""
    if "soak" not in (config.option.markexpr or ""):
        long_form = [item for item in items if item.get_closest_marker("soak")]
        if long_form:
            config.hook.pytest_deselected(items=long_form)
            items[:] = [item for item in items if item not in long_form]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    missing = [mark for mark in REQUIRED if item.get_closest_marker(mark)]
    if is_skip and missing and os.environ.get("TONGTANG_CI"):
        report.outcome = "failed"
        report.longrepr = f"a {missing[0]} test must not be skipped on CI: {_reason(report)}"
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the process that prints the table, also for what the lanes ran."""
    _reports.append(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What ran, by area; what was skipped and why; what took longest."""
    if not _reports:
        return
    outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    seconds: Counter[str] = Counter()
    durations: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for report in _reports:
        area = _area(report.nodeid)
        seconds[area] += report.duration
        durations[report.nodeid] += report.duration
        if report.when == "call" or report.outcome != "passed":
            outcomes[area][report.outcome] += 1
        if report.skipped:
            reasons[area, _reason(report)] += 1
    write = terminalreporter.write_line
    terminalreporter.section("what ran")
    write(f"{'area':<24}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for area in sorted(outcomes):
        row = outcomes[area]
        write(
            f"{area:<24}{row['passed']:>8}{row['failed']:>8}{row['skipped']:>9}{seconds[area]:>9.1f}"
        )
    skipped = {report.nodeid for report in _reports if report.skipped}
    for mark in REQUIRED:
        marked = {report.nodeid for report in _reports if mark in report.keywords}
        write(f"  with {mark:<17} {len(marked - skipped)} of {len(marked)} ran")
    if reasons:
        terminalreporter.section("what was skipped, and why")
        for (area, reason), count in sorted(reasons.items()):
            write(f"{count:>4}  {area}: {reason}")
    terminalreporter.section("slowest")
    for nodeid, duration in durations.most_common(SLOWEST):
        write(f"{duration:7.1f} s  {nodeid}")
    write(f"{sum(durations.values()):7.1f} s  all together")


def _area(nodeid: str) -> str:
    """`tests/media/sfu/test_x.py::test_y` is of the area `media/sfu`; a file beside this one is its own area."""
    path = Path(nodeid.partition("::")[0])
    parts = path.with_suffix("").parts
    parts = parts[1:] if parts and parts[0] == _ROOT.name else parts
    return "/".join(parts[:-1]) if len(parts) > 1 else parts[-1].removeprefix("test_")


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)
