"""`/_local`: what tests and the supervisor need from this server; Replicate has nothing like it."""

from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency

from local.faults import Fault
from local.replicate.deliveries import Delivery
from local.replicate.faults import AnyFault
from local.replicate.predictions import require_token
from local.replicate.problems import malformed
from local.replicate.services import Services


class ControlController(Controller):
    """Fault queue and delivery log. The token keeps pages of other web sites from using it."""

    path = "/_local"
    guards = (require_token,)

    @post("/faults")
    async def add_fault(self, request: Request[Any, Any, Any], services: NamedDependency[Services]) -> list[Fault]:
        """Queue one fault; answers with the whole queue."""
        try:
            services.faults.add(msgspec.json.decode(await request.body(), type=AnyFault))
        except msgspec.DecodeError as error:
            raise malformed(str(error)) from error
        return services.faults.waiting()

    @get("/faults")
    async def list_faults(self, services: NamedDependency[Services]) -> list[Fault]:
        """Faults that have not happened yet."""
        return services.faults.waiting()

    @delete("/faults")
    async def clear_faults(self, services: NamedDependency[Services]) -> None:
        """Remove all queued faults."""
        services.faults.clear()

    @get("/deliveries")
    async def list_deliveries(
        self, services: NamedDependency[Services], prediction_id: str | None = None
    ) -> list[Delivery]:
        """Every delivery attempt, oldest first; of one prediction when named."""
        return [entry for entry in services.deliverer.log if prediction_id in {None, entry.prediction_id}]
