"""/uploads: photos to start from."""

from litestar import Controller, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, MultipartBody
from msgspec import Struct

from api.admission import admit_upload
from api.dependencies import provide_uploads
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.limits import UPLOADS_PER_MINUTE
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.media.uploads import UploadService
from libs.services.media.views import EarlierUploadView, UploadView

# The multipart frame around the file: boundaries and headers.
FRAME_BYTES = 16_384


class AddUpload(Struct, forbid_unknown_fields=True):
    """A photo in the multipart field `file`."""

    file: UploadFile


class UploadController(Controller):
    """Uploads of the caller."""

    path = "/uploads"
    tags = ["Uploads"]
    dependencies = {"uploads": Provide(provide_uploads, sync_to_thread=False)}

    @post(
        "/",
        operation_id="addUpload",
        request_max_body_size=LIMITS.upload_bytes + FRAME_BYTES,
        opt={"form": True, "rate": UPLOADS_PER_MINUTE},
        middleware=[admit_upload],
        responses=errors(400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
    )
    async def add(
        self,
        data: MultipartBody[AddUpload],
        uploads: NamedDependency[UploadService],
    ) -> Envelope[UploadView]:
        """Keep a photo: turned upright, stripped of its metadata, made as large as the models take.

        One at a time per person.
        """
        try:
            return ok(await uploads.add(data.file.read))
        finally:
            await data.file.close()

    @get("/", operation_id="listUploads", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        uploads: NamedDependency[UploadService],
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[EarlierUploadView]]:
        """Photos uploaded before, newest first."""
        return page(await uploads.page(cursor, limit))

    @delete("/{upload_id:str}", operation_id="removeUpload", responses=errors(401, 404, 429, 503))
    async def remove(self, upload_id: FromPath[str], uploads: NamedDependency[UploadService]) -> None:
        """Delete an uploaded photo."""
        await uploads.remove(upload_id)
