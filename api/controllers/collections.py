"""/collections: where people keep renders."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from api.dependencies import provide_collections
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.gallery.collections import CollectionService
from libs.services.gallery.views import CollectionView

Name = Annotated[str, Meta(min_length=1, max_length=LIMITS.collection_name_characters)]


class AddCollection(Struct, forbid_unknown_fields=True):
    """A collection to make."""

    name: Name


class ChangeCollection(Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays. The cover is a render of the collection."""

    name: Name | None = None
    cover_render_id: UUID | None = None


class PlaceItem(Struct, forbid_unknown_fields=True):
    """The new place of a render in the collection's own order: after the render `behind`, or first."""

    behind: UUID | None


class CollectionController(Controller):
    """Collections of the caller."""

    path = "/collections"
    tags = ["Collections"]
    dependencies = {"collections": Provide(provide_collections, sync_to_thread=False)}

    @get("/", operation_id="listCollections", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        collections: NamedDependency[CollectionService],
        containing: FromQuery[UUID | None] = None,
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[CollectionView]]:
        """ "My Favorites" first, then the latest. With `containing`, each says whether that render is in it."""
        return page(await collections.page(cursor, limit, containing))

    @post("/", operation_id="addCollection", responses=errors(400, 401, 408, 409, 413, 415, 422, 429, 503))
    async def add(
        self, data: JSONBody[AddCollection], collections: NamedDependency[CollectionService]
    ) -> Envelope[CollectionView]:
        """Make a collection."""
        return ok(await collections.add(data.name))

    @get("/{collection_id:uuid}", operation_id="getCollection", responses=errors(401, 404, 429, 503))
    async def read(
        self, collection_id: FromPath[UUID], collections: NamedDependency[CollectionService]
    ) -> Envelope[CollectionView]:
        """One collection; its renders are a list of /renders."""
        return ok(await collections.find(collection_id))

    @patch(
        "/{collection_id:uuid}",
        operation_id="changeCollection",
        responses=errors(400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
    )
    async def change(
        self,
        collection_id: FromPath[UUID],
        data: JSONBody[ChangeCollection],
        collections: NamedDependency[CollectionService],
    ) -> Envelope[CollectionView]:
        """Rename a collection or choose its cover."""
        return ok(await collections.change(collection_id, data.name, data.cover_render_id))

    @delete("/{collection_id:uuid}", operation_id="deleteCollection", responses=errors(401, 404, 409, 429, 503))
    async def remove(self, collection_id: FromPath[UUID], collections: NamedDependency[CollectionService]) -> None:
        """Delete a collection. Its renders stay."""
        await collections.remove(collection_id)

    @put(
        "/{collection_id:uuid}/items/{render_id:uuid}",
        operation_id="addCollectionItem",
        status_code=204,
        responses=errors(401, 404, 409, 415, 429, 503),
    )
    async def put_item(
        self, collection_id: FromPath[UUID], render_id: FromPath[UUID], collections: NamedDependency[CollectionService]
    ) -> None:
        """Put a render into a collection."""
        await collections.put(collection_id, render_id)

    @delete(
        "/{collection_id:uuid}/items/{render_id:uuid}",
        operation_id="removeCollectionItem",
        responses=errors(401, 404, 429, 503),
    )
    async def remove_item(
        self, collection_id: FromPath[UUID], render_id: FromPath[UUID], collections: NamedDependency[CollectionService]
    ) -> None:
        """Take a render out of a collection."""
        await collections.take_out(collection_id, render_id)

    @put(
        "/{collection_id:uuid}/items/{render_id:uuid}/place",
        operation_id="placeCollectionItem",
        status_code=204,
        responses=errors(400, 401, 404, 408, 413, 415, 422, 429, 503),
    )
    async def place_item(
        self,
        collection_id: FromPath[UUID],
        render_id: FromPath[UUID],
        data: JSONBody[PlaceItem],
        collections: NamedDependency[CollectionService],
    ) -> None:
        """Move a render within the collection's own order."""
        await collections.place(collection_id, render_id, data.behind)
