"""/reports: what a visitor finds wrong with a picture."""

from typing import Annotated
from uuid import UUID

from litestar import Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.auth import PUBLIC
from api.dependencies import provide_reports
from api.errors import errors
from api.limits import REPORTS_PER_HOUR
from libs.app_config.runtime import LIMITS
from libs.services.publishing.reports import Reason, ReportService
from libs.services.publishing.shared import TOKEN


class AddReport(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is wrong with a shared or a community picture; one of the two is named. A keyed hash of who reports is kept.

    `render_id` names one render of what the link shows; without it the report is about all of it.
    """

    share_token: Annotated[str, Meta(pattern=f"^{TOKEN.pattern}$", max_length=43)] | None = None
    render_id: UUID | None = None
    community_item_id: UUID | None = None
    reason: Reason
    message: Annotated[str, Meta(max_length=LIMITS.report_characters)] = ""


@post(
    "/reports",
    operation_id="addReport",
    tags=["Sharing"],
    status_code=204,
    opt={"exclude_from_auth": True, "rate": REPORTS_PER_HOUR},
    security=PUBLIC,
    dependencies={"reports": Provide(provide_reports, sync_to_thread=False)},
    responses=errors(400, 404, 408, 413, 415, 422, 429, 503),
)
async def add_report(
    request: Request[None, None, State], data: JSONBody[AddReport], reports: NamedDependency[ReportService]
) -> None:
    """Report a picture to the operators."""
    reporter = request.app.state.callers.pseudonym_of(request.scope)
    await reports.add(reporter, data.share_token, data.render_id, data.community_item_id, data.reason, data.message)
