"""What the routes share."""

from msgspec import Struct

from local.stripe.billing import Billing
from local.stripe.events import EventSender
from local.stripe.settings import StripeSettings
from local.stripe.store import Store


class Services(Struct, frozen=True):
    """One of each."""

    settings: StripeSettings
    store: Store
    events: EventSender
    billing: Billing
