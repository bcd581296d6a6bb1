"""The composition root: everything the process shares, made once."""

from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar

from api.auth import TokenVerifier
from libs.app_config.settings import ReconcileSettings, Settings
from libs.repositories.closed_accounts import ClosedAccountRepository
from libs.repositories.community import CommunityRepository
from libs.repositories.database import DatabasePool
from libs.repositories.generation_jobs import GenerationJobRepository
from libs.repositories.provider_cost import ProviderCostRepository
from libs.repositories.renders import RenderRepository
from libs.repositories.reports import ReportRepository
from libs.repositories.share_links import SharedRepository
from libs.repositories.storage import StoragePool
from libs.repositories.usage import UsageRepository
from libs.repositories.webhook_events import WebhookEventRepository
from libs.services.account.closing import AccountClosing
from libs.services.billing.prices import PriceIds
from libs.services.external.replicate_client import ReplicateClient
from libs.services.external.stripe_client import StripeClient
from libs.services.external.webhook_client import WebhookClient
from libs.services.generation.provider_run import ProviderRuns
from libs.services.generation.reconciliation import Reconciliation
from libs.services.media.admission import UploadAdmission
from libs.services.media.conversions import Conversions
from libs.services.media.file_changes import FileChanges
from libs.services.operations.purge import Purge
from libs.services.operations.readiness import Readiness
from libs.services.operations.spending import Spending
from libs.services.publishing.community import CommunityService
from libs.services.publishing.reports import ReportService
from libs.services.publishing.shared import SharedService

WEBHOOK_PATH = "/api/v1/webhooks/replicate"


class ReconcileServices:
    """What settles jobs and cleans up. It takes few settings, so that its process holds few keys.

    `own_prices` are for whoever reads subscriptions: reconciliation does not.
    """

    def __init__(self, settings: ReconcileSettings, own_prices: Collection[str] = ()) -> None:
        self.database = DatabasePool(settings.supabase_url, settings.supabase_publishable_key, settings.proof_secret)
        self.provider = ReplicateClient(settings.replicate_api_url, settings.replicate_api_token)
        webhook_url = f"{settings.public_url}{WEBHOOK_PATH}"
        self.webhook = WebhookClient(webhook_url, settings.internal_webhook_secret)
        self.file_changes = FileChanges(self.webhook)
        self.runs = ProviderRuns(self.provider, webhook_url)
        self.reconciliation = Reconciliation(
            GenerationJobRepository(self.database.as_anonymous()), self.provider, self.runs, self.webhook
        )
        anonymous = self.database.as_anonymous()
        self.purge = Purge(
            RenderRepository(anonymous),
            WebhookEventRepository(anonymous),
            UsageRepository(anonymous),
            self.file_changes,
        )
        self.stripe = StripeClient(settings.stripe_secret_key, settings.stripe_api_url, own_prices)
        self.closing = AccountClosing(
            ClosedAccountRepository(self.database.as_anonymous()), self.stripe, self.file_changes
        )

    async def aclose(self) -> None:
        """Close every pool."""
        async with AsyncExitStack() as stack:
            pools = (self.database, self.provider, self.webhook, self.stripe)
            for shared in (*pools, self.file_changes, self.closing):
                stack.push_async_callback(shared.aclose)


class Services:
    """What all requests of a process share. No Supabase client and no TLS context is built after this."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._shared = ReconcileServices(settings, settings.price_ids.values())
        self.database = self._shared.database
        self.file_changes = self._shared.file_changes
        self.runs = self._shared.runs
        self.reconciliation = self._shared.reconciliation
        self.stripe = self._shared.stripe
        self.closing = self._shared.closing
        self.tokens = TokenVerifier(settings.supabase_url, settings.supabase_jwt_secret)
        self.storage = StoragePool(settings.supabase_url, settings.supabase_publishable_key, settings.proof_secret)
        self.price_ids = PriceIds(settings.price_ids)
        self.upload_admission = UploadAdmission(settings.redis_url)
        self.conversions = Conversions()
        self.readiness = Readiness(self.database)
        # Without a caller: one of each serves everybody.
        self.spending = Spending(ProviderCostRepository(self.database.as_anonymous()))
        self.community = CommunityService(CommunityRepository(self.database.as_anonymous()), self.storage)
        self.shared = SharedService(SharedRepository(self.database.as_anonymous()), self.storage.as_share)
        self.reports = ReportService(ReportRepository(self.database.as_anonymous()))

    async def aclose(self) -> None:
        """Close every pool."""
        async with AsyncExitStack() as stack:
            for shared in (self._shared, self.storage, self.upload_admission):
                stack.push_async_callback(shared.aclose)


@asynccontextmanager
async def services_lifespan(app: Litestar) -> AsyncGenerator[None]:
    """Open what is shared, inside the event loop that serves."""
    app.state.services = Services(app.state.settings)
    try:
        yield
    finally:
        await app.state.services.aclose()
