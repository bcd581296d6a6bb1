"""Files in Storage as the attacks of B meet them."""

from hashlib import sha256
from uuid import uuid4

import msgspec

from tests.support.clients.database_user import DatabaseUser

JPEG = b"\xff\xd8\xff"


class File(msgspec.Struct, frozen=True):
    """A stored file."""

    bucket: str
    name: str
    content: bytes


def photo_name(owner: DatabaseUser, content: bytes = JPEG) -> str:
    """Where a person keeps a photo: the one kind of name that `inputs` takes."""
    return f"{owner.id}/{sha256(content).hexdigest()}.jpg"


def new_photo_name(owner: DatabaseUser) -> str:
    """The name of a photo that nobody has."""
    return photo_name(owner, uuid4().bytes)


async def keep_photo(owner: DatabaseUser, content: bytes = JPEG) -> File:
    """A photo of a person's in `inputs`, uploaded as our API does: with their JWT and its proof."""
    file = File("inputs", photo_name(owner, content), content)
    (await owner.upload(file.bucket, file.name, content)).raise_for_status()
    return file


async def keep(service_role: DatabaseUser, bucket: str, name: str) -> File:
    """A file wherever the webhooks put one, with bytes of its own."""
    file = File(bucket, name, JPEG + uuid4().bytes)
    (await service_role.upload(bucket, name, file.content)).raise_for_status()
    return file


async def bytes_of(service_role: DatabaseUser, file: File) -> bytes:
    """What is stored under a file's name now."""
    return (await service_role.storage("GET", f"object/{file.bucket}/{file.name}")).raise_for_status().content
