"""/metrics: counters of this process, what the provider costs over everybody, and the clock."""

import math
import time
from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.plugins.prometheus import PrometheusController
from prometheus_client import Gauge

from api.services import Services

# The address may be open to everybody, and each answer would be a call to the database.
ASK_EVERY_SECONDS: Final = 10

COST_SHARE: Final = Gauge(
    "maquette_provider_cost_share",
    "Provider cost that was reserved today (UTC), as a share of the day's ceiling; NaN while it is not known",
)
CLOCK_AHEAD: Final = Gauge(
    "maquette_clock_ahead_seconds",
    "By how much the clock of this process is ahead of the database's; NaN while it is not known",
)


class MetricsController(PrometheusController):
    """Prometheus metrics. They need no token: INTERNAL_PORT keeps them inside the network (docs/deploy.md)."""

    path = "/metrics"
    opt = {"exclude_from_auth": True, "unlimited": True}
    include_in_schema = False

    @get()
    async def get(  # pyright: ignore[reportIncompatibleVariableOverride] - the same route with one more measure
        self, request: Request[None, None, State]
    ) -> Response[Any]:
        """Everything in Prometheus's text format."""
        state = request.app.state
        now = time.monotonic()
        if now >= state.get("cost_share_until", now):
            state.cost_share_until = now + ASK_EVERY_SECONDS
            services: Services = state.services
            today = await services.spending.today()
            COST_SHARE.set(math.nan if today is None else today.share)
            CLOCK_AHEAD.set(math.nan if today is None else today.clock_ahead)
        return await PrometheusController.get.fn(self)
