"""Text exposition of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/)."""

from collections.abc import Iterable, Mapping
from typing import Literal

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]
Unit = Literal["", "bytes", "seconds"]


class Exposition:
    """Metric families one after the other; `text()` ends them."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def gauge(self, name: str, text: str, samples: Iterable[Sample], *, unit: Unit = "") -> None:
        """What goes up and down. `name` ends with the unit, if it has one."""
        self._family(name, "gauge", text, unit)
        self._lines += [_line(name, labels, value) for labels, value in samples]

    def counter(self, name: str, text: str, samples: Iterable[Sample], *, unit: Unit = "") -> None:
        """What only grows; `name` is without `_total`."""
        self._family(name, "counter", text, unit)
        self._lines += [_line(f"{name}_total", labels, value) for labels, value in samples]

    def _family(self, name: str, kind: str, text: str, unit: Unit) -> None:
        self._lines.append(f"# TYPE {name} {kind}")
        if unit:
            self._lines.append(f"# UNIT {name} {unit}")
        self._lines.append(f"# HELP {name} {_escaped(text)}")

    def text(self) -> str:
        """The whole exposition."""
        return "\n".join([*self._lines, "# EOF", ""])


def _line(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(labels[key])}"' for key in labels)
    return f"{name}{{{inside}}} {value!r}" if inside else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
