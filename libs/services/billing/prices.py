"""Which plan a price of Stripe buys, and which price a plan has."""

from collections.abc import Mapping

from libs.app_config.runtime import PLANS, Plan, Price, find_plan
from libs.errors import FieldError


class PriceIds:
    """Stripe's price ids of this deployment, by the setting that names each."""

    def __init__(self, price_ids: Mapping[str, str]) -> None:
        self._ids = price_ids

    def bought_by(self, price_id: str | None) -> tuple[Plan | None, Price | None]:
        """The plan and price of a price id; (None, None) for an unknown one, which counts as free."""
        for plan in PLANS:
            for price in plan.prices:
                if price_id is not None and self._ids.get(price.price_id_setting) == price_id:
                    return plan, price
        return None, None

    def for_plan(self, plan_id: str, interval: str) -> str:
        """The price id of a plan. Raises FieldError for a plan or interval that is not sold here."""
        plan = find_plan(plan_id)
        price = next((price for price in plan.prices if price.interval == interval), None) if plan else None
        price_id = self._ids.get(price.price_id_setting) if price else None
        if price_id is None:
            raise FieldError("plan_id", "This plan is not for sale here.")
        return price_id
