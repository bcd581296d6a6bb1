"""H1: a photo that is deleted while it is being added, by its owner or with the account, is told as gone."""

from typing import Any, cast
from uuid import UUID

import pytest

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.storage import Storage
from libs.repositories.usage import UsageRepository
from libs.services.media.uploads import UploadService
from tests.support.images import image_file

OWNER = UUID(int=1)


class Deleting:
    """Storage from which somebody deletes what was stored before it can be signed."""

    def __init__(self, *, deletes: bool) -> None:
        self._deletes = deletes
        self.stored: set[str] = set()

    async def upload(self, bucket: str, path: str, *_: Any) -> None:
        if not self._deletes:
            self.stored.add(f"{bucket}/{path}")

    async def signed_urls(self, paths: list[str]) -> dict[str, str]:
        return {path: "https://storage.test/signed" for path in paths if path in self.stored}


async def read() -> bytes:
    return image_file("JPEG")


async def test_H1_a_photo_that_is_deleted_between_store_and_sign_is_told_as_gone() -> None:
    def service(*, deletes: bool) -> UploadService:
        return UploadService(OWNER, cast("Storage", Deleting(deletes=deletes)), cast("UsageRepository", None))

    with pytest.raises(MaquetteError) as raised:
        await service(deletes=True).add(read)
    assert raised.value.code is ErrorCode.INPUT_NOT_FOUND
    assert (await service(deletes=False).add(read)).url == "https://storage.test/signed"
