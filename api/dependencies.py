"""What handlers are given: the services of one caller, made per request, and those that serve everybody."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from api.auth import Caller
from api.services import Services
from libs.repositories.account import AccountRepository
from libs.repositories.billing import BillingRepository
from libs.repositories.collections import CollectionRepository
from libs.repositories.database import Database
from libs.repositories.generation_jobs import GenerationJobRepository
from libs.repositories.renders import RenderRepository
from libs.repositories.share_links import ShareLinkRepository
from libs.repositories.storage import Storage
from libs.repositories.usage import UsageRepository
from libs.services.account.account import AccountService
from libs.services.account.export import ExportService
from libs.services.billing.subscriptions import BillingService
from libs.services.billing.usage import UsageService
from libs.services.gallery.collections import CollectionService
from libs.services.gallery.downloads import DownloadService
from libs.services.gallery.renders import RenderService
from libs.services.generation.generations import GenerationService
from libs.services.media.uploads import UploadService
from libs.services.publishing.community import CommunityService
from libs.services.publishing.reports import ReportService
from libs.services.publishing.share_links import ShareLinkService
from libs.services.publishing.shared import SharedService

CallerRequest = Request[Caller, None, State]


def provide_database(request: CallerRequest) -> Database:
    """The caller's database: made once per request, for every service that the handler takes."""
    return _database(_shared(request), request.user)


def provide_generations(request: CallerRequest, db: NamedDependency[Database]) -> GenerationService:
    shared, jobs = _shared(request), GenerationJobRepository(db)
    storage = _storage(shared, request.user)
    subject = request.user.subject
    return GenerationService(subject, jobs, RenderRepository(db), storage, shared.runs, shared.reconciliation)


def provide_uploads(request: CallerRequest, db: NamedDependency[Database]) -> UploadService:
    return UploadService(request.user.subject, _storage(_shared(request), request.user), UsageRepository(db))


def provide_renders(request: CallerRequest, db: NamedDependency[Database]) -> RenderService:
    shared = _shared(request)
    return RenderService(RenderRepository(db), _storage(shared, request.user), shared.file_changes)


def renders_of(request: CallerRequest) -> RenderService:
    """For a handler with another dependency: Litestar opens a task group for two, which costs more than both."""
    return provide_renders(request, provide_database(request))


def provide_collections(request: CallerRequest, db: NamedDependency[Database]) -> CollectionService:
    return CollectionService(CollectionRepository(db), RenderRepository(db), _storage(_shared(request), request.user))


def downloads_of(services: Services, caller: Caller) -> DownloadService:
    """Downloads of a caller whose token did not come in the header."""
    db = _database(services, caller)
    storage = _storage(services, caller)
    return DownloadService(
        caller.subject, RenderRepository(db), CollectionRepository(db), storage, services.conversions
    )


def provide_downloads(request: CallerRequest) -> DownloadService:
    return downloads_of(_shared(request), request.user)


def provide_account(request: CallerRequest, db: NamedDependency[Database]) -> AccountService:
    return AccountService(AccountRepository(db), _shared(request).closing)


def provide_exports(request: CallerRequest, db: NamedDependency[Database]) -> ExportService:
    return ExportService(request.user.subject, AccountRepository(db), _storage(_shared(request), request.user))


def provide_billing(request: CallerRequest, db: NamedDependency[Database]) -> BillingService:
    shared = _shared(request)
    return BillingService(
        request.user.subject,
        BillingRepository(db),
        UsageRepository(db),
        shared.stripe,
        shared.price_ids,
        shared.settings.public_url,
        shared.settings.portal_configuration,
    )


def provide_usage(db: NamedDependency[Database]) -> UsageService:
    return UsageService(UsageRepository(db))


def provide_share_links(request: CallerRequest, db: NamedDependency[Database]) -> ShareLinkService:
    return ShareLinkService(ShareLinkRepository(db), _shared(request).settings.public_url)


def provide_community(request: Request[None, None, State]) -> CommunityService:
    return _shared(request).community


def provide_shared(request: Request[None, None, State]) -> SharedService:
    return _shared(request).shared


def provide_reports(request: Request[None, None, State]) -> ReportService:
    return _shared(request).reports


def _shared(request: Request[Any, Any, State]) -> Services:
    return request.app.state.services


def _database(services: Services, caller: Caller) -> Database:
    return services.database.as_caller(caller.token, str(caller.subject))


def _storage(services: Services, caller: Caller) -> Storage:
    return services.storage.as_caller(caller.token, str(caller.subject))
