"""What tests share: the stack with the product's own schema, plans and presets, and the API in front of it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.callers import Person, signed_in
from tests.openapi import Document
from tests.patience import wait_longer
from tests.product import Product, running_product
from tests.replicate_process import running_replicate
from tests.stack import Stack, running_stack
from tests.tls import share_tls_context

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
