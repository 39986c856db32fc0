"""The pytest plug-in: a fixture that checks set-ups in your tests, and `--nohero TARGET`, which makes one test of every check.

def test_trains(nohero_check):
    nohero_check(model, loss, train, optimizer=optimizer)       # fails with the findings where something is wrong

pytest --nohero setup.py                                        # one test a check; skipped ones say why
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag."""
    group = parser.getgroup("nohero")
    group.addoption("--nohero", action="append", default=[], metavar="TARGET", help="check this training set-up: a file with setup(), or package.module:function")
    group.addoption("--nohero-budget", default="60s", metavar="TIME", help="time for each set-up")


def pytest_configure(config: pytest.Config) -> None:
    """The set-ups named on the command line are collected in place of nothing."""
    config.addinivalue_line("markers", "nohero: a check of a training set-up")


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """One test a check for every target that was named."""
    for target in config.getoption("--nohero"):
        collector = _Target.from_parent(session, name=f"nohero[{target}]", path=Path(str(config.rootpath)))
        collector.target = target
        items.extend(collector.collect())


class _Target(pytest.Collector):
    """A training set-up; examined when its first test runs."""

    target = ""
    _findings: dict[str, Any] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Its tests."""
        from nohero.checks.check import setup_checks

        for check in setup_checks():
            item = _Check.from_parent(self, name=f"{check.code}-{check.name}")
            item.code = check.code
            item.add_marker("nohero")
            yield item

    def finding(self, code: str) -> Any:
        """What the check said."""
        if self._findings is None:
            from nohero.checkup import examine
            from nohero.chosen import seconds_of
            from nohero.target import load_setup

            name, given = load_setup(self.target)
            checked = examine(given, name=name, budget=seconds_of(self.config.getoption("--nohero-budget")))
            self._findings = {f.code: f for f in checked.findings}
        return self._findings[code]


class _Check(pytest.Item):
    """One check on one set-up."""

    code = ""

    def runtest(self) -> None:
        """Fail with the finding, skip with its reason."""
        from nohero.report.terminal import finding_text

        parent = self.parent
        assert isinstance(parent, _Target)  # noqa: S101 (made by it)
        finding = parent.finding(self.code)
        if finding.status in ("SKIP", "UNSURE"):
            pytest.skip(f"{finding.status.lower()}: {finding.message}")
        if finding.status in ("FAIL", "ERROR"):
            pytest.fail(finding_text(finding), pytrace=False)
        if finding.status == "WARN":
            self.warn(pytest.PytestWarning(f"{finding.code} {finding.name}: {finding.message}"))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands."""
        return self.path, None, self.name


@pytest.fixture
def nohero_check() -> Callable[..., Any]:
    """`nohero.check` as an assertion: returns the report, or fails with it."""

    def run(*args: Any, **kwargs: Any) -> Any:
        from nohero.outcome import check

        report = check(*args, progress=False, **kwargs)
        if report.errors:
            pytest.fail(str(report), pytrace=False)
        return report

    return run
