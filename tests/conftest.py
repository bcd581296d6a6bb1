"""What tests share: the stack with the product's own schema, plans and presets, and the API in front of it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support.checks.openapi import Document
from tests.support.clients.api_client import Person, signed_in
from tests.support.processes.api import Product, running_product
from tests.support.processes.postgres_gateway import Stack, running_stack
from tests.support.processes.replicate import running_replicate
from tests.support.tls import share_tls_context
from tests.support.waiting import wait_longer

share_tls_context()
wait_longer()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def product(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    # A picture takes the tenth of a second at this speed.
    with (
        running_replicate(speed=50) as replicate,
        running_product(tmp_path_factory.mktemp("api"), stack, replicate) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def document(product: Product) -> Document:
    return Document(httpx.get(f"{product.url}/api/v1/openapi.json").raise_for_status().json())


@pytest.fixture
async def ann(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "ann") as person:
        yield person


@pytest.fixture
async def ben(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "ben") as person:
        yield person
