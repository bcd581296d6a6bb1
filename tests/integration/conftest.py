"""What the API's tests share."""

import httpx
import pytest

from tests.openapi import Document
from tests.product import Product


@pytest.fixture(scope="session")
def document(product: Product) -> Document:
    return Document(httpx.get(f"{product.url}/api/v1/openapi.json").raise_for_status().json())
