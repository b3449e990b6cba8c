"""The page of all metrics, process by process."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from prometheus_client.metrics import MetricWrapperBase

from infra.http import metrics as http
from infra.kafka import relay
from infra.reactions import metrics as reaction
from infra.stream import metrics as stream
from projections.runner import metrics as projection

_PROCESSES: tuple[tuple[str, ModuleType], ...] = (
    ("serve", http),
    ("relay", relay),
    ("project", projection),
    ("react", reaction),
    ("stream", stream),
)

_HEAD = """\
# Metrics

Made by `make reference`. Every process tells Prometheus what it does. Labels are partitions, views, routes and codes:
never a tenant, a person, a key or an address.

| process | where |
|---|---|
| `baseplus serve` | `/metrics` at its own address, all its processes together |
| `baseplus stream` | `/metrics` at its own address |
| `baseplus relay`, `project`, `react` | `http://127.0.0.1:<port>/metrics` where `BASEPLUS_METRICS_PORT` names a port |

A counter is scraped with `_total` behind its name, a histogram with `_bucket`, `_sum` and `_count`. Beside these, all
but `serve` have the Prometheus client's own `process_…` and `python_…`.

| name | type | labels | process | meaning |
|---|---|---|---|---|
"""


def metrics_page() -> str:
    """The whole page, in Markdown."""
    return _HEAD + "".join(f"{row}\n" for name, module in _PROCESSES for row in _rows(name, module))


def _rows(process: str, module: ModuleType) -> Iterator[str]:
    for metric in vars(module).values():
        if isinstance(metric, MetricWrapperBase):
            (said,) = metric.describe()
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 nothing public tells them
            yield f"| `{said.name}` | {said.type} | {labels} | {process} | {said.documentation} |"
