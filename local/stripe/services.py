"""What the controllers work with, made once by `create_app`."""

from msgspec import Struct

from local.faults import FaultQueue
from local.stripe.billing import Billing
from local.stripe.events import EventSender
from local.stripe.settings import StripeSettings
from local.stripe.store import Store


class Services(Struct, frozen=True):
    settings: StripeSettings
    store: Store
    faults: FaultQueue
    events: EventSender
    billing: Billing
