"""A render's title: cleaned, bounded, and refused by its own name."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.renders import RenderRepository
from libs.repositories.storage import Storage
from libs.services.gallery.renders import RenderService
from libs.services.media.file_changes import FileChanges


class NoRenders:
    """A caller without renders; keeps what was to be changed."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []

    async def change(self, _render_id: UUID, values: dict[str, Any]) -> None:
        self.changes.append(values)


def service(renders: NoRenders) -> RenderService:
    unused = cast("Any", None)  # a title asks neither Storage nor the webhooks
    return RenderService(cast("RenderRepository", renders), cast("Storage", unused), cast("FileChanges", unused))


@pytest.mark.parametrize("title", ["", " \t\n", "\u200b", "x" * (LIMITS.title_characters + 1), "lone \ud800"])
async def test_a_bad_title_is_refused_as_the_field_title(title: str) -> None:
    renders = NoRenders()

    with pytest.raises(FieldError) as refusal:
        await service(renders).change(uuid4(), title, None)

    (field,) = cast("list[dict[str, str]]", refusal.value.details["fields"])
    assert field["field"] == "title"
    assert "title" in field["message"]
    assert renders.changes == []


async def test_a_good_title_is_written_clean() -> None:
    renders = NoRenders()

    with pytest.raises(MaquetteError) as missing:
        await service(renders).change(uuid4(), f" {'x' * LIMITS.title_characters}\n", None)

    assert missing.value.code is ErrorCode.RENDER_NOT_FOUND
    assert renders.changes == [{"title": "x" * LIMITS.title_characters}]
