"""A local Stripe and the API in front of it, for everything about money."""

from collections.abc import Iterator

import pytest

from tests.support.processes.api import Product, running_product
from tests.support.processes.postgres_gateway import free_port
from tests.support.processes.stripe import StripeProcess, running_stripe


@pytest.fixture(scope="session")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    with running_stripe(tmp_path_factory.mktemp("stripe"), free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def paid(product: Product, stripe: StripeProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The API with that Stripe behind it."""
    folder = tmp_path_factory.mktemp("paid")
    with running_product(folder, product.stack, product.replicate, stripe.settings(), stripe.api_port) as running:
        yield running
