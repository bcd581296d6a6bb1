"""The composition root: everything the process shares, made once, and the light services made per request."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar, Request
from litestar.datastructures import State

from api.auth import Caller, TokenVerifier
from libs.app_config.settings import Settings
from libs.repositories.account import AccountRepository
from libs.repositories.billing import BillingRepository
from libs.repositories.collections import CollectionRepository
from libs.repositories.community import CommunityRepository
from libs.repositories.database import DatabasePool
from libs.repositories.generation_jobs import GenerationJobRepository
from libs.repositories.proof import ANONYMOUS
from libs.repositories.renders import RenderRepository
from libs.repositories.reports import ReportRepository
from libs.repositories.share_links import SharedRepository, ShareLinkRepository
from libs.repositories.storage import Storage, StoragePool
from libs.repositories.usage import UsageRepository
from libs.services.account.export import ExportService
from libs.services.billing.subscriptions import BillingService, PriceIds
from libs.services.billing.usage import UsageService
from libs.services.external.replicate_client import ReplicateClient
from libs.services.external.stripe_client import StripeClient
from libs.services.external.webhook_client import WebhookRedelivery
from libs.services.gallery.collections import CollectionService
from libs.services.gallery.downloads import DownloadService
from libs.services.gallery.renders import RenderService
from libs.services.generation.generations import GenerationService
from libs.services.generation.provider_run import ProviderRuns
from libs.services.generation.reconciliation import Reconciliation
from libs.services.media.uploads import UploadService
from libs.services.operations.purge import Housekeeping
from libs.services.publishing.community import CommunityService
from libs.services.publishing.reports import ReportService
from libs.services.publishing.share_links import ShareLinkService
from libs.services.publishing.shared import SharedService

WEBHOOK_PATH = "/api/v1/webhooks/replicate"


class Services:
    """What all requests of a process share. No Supabase client and no TLS context is built after this."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tokens = TokenVerifier(settings.supabase_url, settings.supabase_jwt_secret)
        self.database = DatabasePool(settings.supabase_url, settings.supabase_publishable_key, settings.proof_secret)
        self.storage = StoragePool(settings.supabase_url, settings.supabase_publishable_key)
        self.provider = ReplicateClient(settings.replicate_api_url, settings.replicate_api_token)
        self.stripe = StripeClient(settings.stripe_secret_key, settings.stripe_api_url, settings.price_ids.values())
        self.price_ids = PriceIds(settings.price_ids)
        webhook_url = f"{settings.public_url}{WEBHOOK_PATH}"
        self.redelivery = WebhookRedelivery(webhook_url, settings.replicate_webhook_secret)
        self.runs = ProviderRuns(self.provider, webhook_url)
        self.reconciliation = Reconciliation(
            GenerationJobRepository(self.database.as_anonymous()), self.provider, self.runs, self.redelivery
        )
        self.housekeeping = Housekeeping(RenderRepository(self.database.as_anonymous()), self.redelivery)
        # They know no caller: one of each serves everybody.
        self.community = CommunityService(CommunityRepository(self.database.as_anonymous()), self.storage)
        self.shared = SharedService(SharedRepository(self.database.as_anonymous()), self._storage_of_share)
        self.reports = ReportService(ReportRepository(self.database.as_anonymous()))

    def _storage_of_share(self, token: str) -> Storage:
        return self.storage.as_share(token, self.database.sign("share_opens_file", ANONYMOUS, token))

    async def aclose(self) -> None:
        """Close every pool."""
        async with AsyncExitStack() as stack:
            for shared in (self.database, self.storage, self.provider, self.redelivery, self.stripe):
                stack.push_async_callback(shared.aclose)


@asynccontextmanager
async def services_lifespan(app: Litestar) -> AsyncGenerator[None]:
    """Open what is shared, inside the event loop that serves."""
    app.state.services = Services(app.state.settings)
    try:
        yield
    finally:
        await app.state.services.aclose()


def provide_generations(request: Request[Caller, None, State]) -> GenerationService:
    """Generations of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    db = services.database.as_caller(caller.token, str(caller.subject))
    return GenerationService(
        caller.subject,
        GenerationJobRepository(db),
        RenderRepository(db),
        services.storage.as_caller(caller.token),
        services.runs,
        services.reconciliation,
    )


def provide_uploads(request: Request[Caller, None, State]) -> UploadService:
    """Uploads of the caller."""
    services: Services = request.app.state.services
    return UploadService(request.user.subject, services.storage.as_caller(request.user.token))


def provide_renders(request: Request[Caller, None, State]) -> RenderService:
    """Renders of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    return RenderService(
        RenderRepository(services.database.as_caller(caller.token, str(caller.subject))),
        services.storage.as_caller(caller.token),
        services.redelivery,
    )


def provide_collections(request: Request[Caller, None, State]) -> CollectionService:
    """Collections of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    db = services.database.as_caller(caller.token, str(caller.subject))
    return CollectionService(CollectionRepository(db), RenderRepository(db), services.storage.as_caller(caller.token))


def downloads_of(services: Services, caller: Caller) -> DownloadService:
    """Files of the caller."""
    db = services.database.as_caller(caller.token, str(caller.subject))
    return DownloadService(RenderRepository(db), CollectionRepository(db), services.storage.as_caller(caller.token))


def provide_downloads(request: Request[Caller, None, State]) -> DownloadService:
    """Files of the caller, who shows the token as everywhere else."""
    return downloads_of(request.app.state.services, request.user)


def provide_exports(request: Request[Caller, None, State]) -> ExportService:
    """Exports of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    db = services.database.as_caller(caller.token, str(caller.subject))
    return ExportService(caller.subject, AccountRepository(db), services.storage.as_caller(caller.token))


def provide_billing(request: Request[Caller, None, State]) -> BillingService:
    """Billing of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    return BillingService(
        caller.subject,
        BillingRepository(services.database.as_caller(caller.token, str(caller.subject))),
        services.stripe,
        services.redelivery,
        services.price_ids,
        services.settings.public_url,
    )


def provide_usage(request: Request[Caller, None, State]) -> UsageService:
    """Usage of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    return UsageService(UsageRepository(services.database.as_caller(caller.token, str(caller.subject))))


def provide_community(request: Request[None, None, State]) -> CommunityService:
    """Community, the same for everybody."""
    services: Services = request.app.state.services
    return services.community


def provide_share_links(request: Request[Caller, None, State]) -> ShareLinkService:
    """Links of the caller."""
    services: Services = request.app.state.services
    caller = request.user
    db = services.database.as_caller(caller.token, str(caller.subject))
    return ShareLinkService(ShareLinkRepository(db), services.settings.public_url)


def provide_shared(request: Request[None, None, State]) -> SharedService:
    """What links open, for anybody."""
    services: Services = request.app.state.services
    return services.shared


def provide_reports(request: Request[None, None, State]) -> ReportService:
    """Reports of anybody."""
    services: Services = request.app.state.services
    return services.reports
