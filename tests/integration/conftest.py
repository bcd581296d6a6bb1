"""A local Stripe and the API in front of it, for everything about money."""

from collections.abc import Iterator

import pytest

from tests.support.billing import running_shop
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess


@pytest.fixture(scope="session")
def session_shop(
    api: ApiProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StripeProcess, ApiProcess]]:
    with running_shop(tmp_path_factory.mktemp("paid"), api) as shop:
        yield shop


@pytest.fixture(scope="session")
def stripe(session_shop: tuple[StripeProcess, ApiProcess]) -> StripeProcess:
    return session_shop[0]


@pytest.fixture(scope="session")
def billing_api(session_shop: tuple[StripeProcess, ApiProcess]) -> ApiProcess:
    """The API with that Stripe behind it."""
    return session_shop[1]
