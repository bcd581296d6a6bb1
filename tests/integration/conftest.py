"""A local Stripe and the API in front of it, for everything about money."""

from collections.abc import Iterator

import pytest

from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.stripe import StripeProcess, running_stripe
from tests.support.processes.supabase_stack import free_port


@pytest.fixture(scope="session")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    with running_stripe(tmp_path_factory.mktemp("stripe"), free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def billing_api(
    api: ApiProcess, stripe: StripeProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ApiProcess]:
    """The API with that Stripe behind it."""
    folder = tmp_path_factory.mktemp("paid")
    with running_api(folder, api.supabase, api.replicate, stripe.settings(), stripe.api_port) as running:
        yield running
