"""What the controllers work with, made once by `create_app`."""

from msgspec import Struct

from local.faults import FaultQueue
from local.replicate.catalogue import Catalogue
from local.replicate.deliveries import Deliverer
from local.replicate.runner import Runner
from local.replicate.settings import ReplicateSettings
from local.replicate.store import PredictionStore


class Services(Struct, frozen=True):
    settings: ReplicateSettings
    catalogue: Catalogue
    store: PredictionStore
    faults: FaultQueue
    deliverer: Deliverer
    runner: Runner
