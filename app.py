"""Composition root of the web: `uvicorn app:app`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from models import catalog, database, garbage, inbox
from models.announcements.wording import SENTENCES as ANNOUNCEMENT_SENTENCES
from models.credits.wording import SENTENCES as CREDIT_SENTENCES
from models.files.paper_refusals import SENTENCES as PAPER_SENTENCES
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.identity.wording import SENTENCES as IDENTITY_SENTENCES
from models.masters.wording import SENTENCES as MASTER_SENTENCES
from models.members.administration_wording import SENTENCES as ADMINISTRATION_SENTENCES
from models.settings import settings
from web import (
    admin,
    announcements,
    assets,
    auth,
    bulk,
    changes,
    company,
    confirming,
    contracts,
    conversions,
    deliveries,
    errors,
    files,
    footer,
    harmony,
    health,
    hooks,
    identity,
    inspections,
    masters,
    notifications,
    orders,
    search,
    settlements,
    signups,
    tax_invoices,
    terms,
    withdrawals,
)
from web import credits as credit_pages
from web import inbox as inbox_pages
from web.documents.api import api_router, receipts
from web.documents.direct import direct_routes
from web.documents.routes import document_router
from web.live import Hub
from workflows.runtime.client import connect

WEB_LISTS = (
    contracts.lists.LISTS,
    orders.lists.LISTS,
    inspections.lists.LISTS,
    settlements.lists.LISTS,
    tax_invoices.lists.LISTS,
    *credit_pages.LISTS,
)
WEB_KINDS = (
    contracts.WEB,
    orders.WEB,
    deliveries.WEB,
    inspections.WEB,
    settlements.WEB,
    tax_invoices.WEB,
    *credit_pages.WEB_KINDS,
    signups.WEB,
    conversions.WEB,
    harmony.WEB,
    changes.WEB,
    withdrawals.WEB,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One engine client and one listening connection per process."""
    garbage.settle()
    config = settings()
    app.state.temporal = await connect(
        config.needed("TEMPORAL_ADDRESS"), config.temporal_namespace, config.payload_keys, lazy=True
    )
    app.state.live = Hub()
    tasks = [asyncio.create_task(work) for work in (app.state.live.run(), confirming.run(), garbage.tidy())]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with suppress(Exception):
        # What is not written down now the relay finds out.
        await run_in_threadpool(confirming.flush)
    database.dispose()


def create_app() -> FastAPI:
    """The whole web: pages, JSON API, live streams, static files."""
    app = FastAPI(
        title="Dongban 동반",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.count_inbox = inbox.count
    app.state.counting_inbox = inbox.counting
    app.state.act_pages = {web.kind.key: frozenset(web.act_templates) for web in WEB_KINDS}
    errors.install(app)
    auth.install(app)
    harmony.install(app)
    errors.add_sentences(
        FILE_SENTENCES, IDENTITY_SENTENCES, PAPER_SENTENCES, *(kind.words.sentences for kind in catalog.KINDS.values())
    )
    errors.add_sentences(ADMINISTRATION_SENTENCES, MASTER_SENTENCES, ANNOUNCEMENT_SENTENCES, CREDIT_SENTENCES)
    app.add_route("/static/{path:path}", assets.serve)
    app.router.routes.extend(hooks.ROUTES)
    for router in (
        # Routes are tried in this order: what is asked for most comes first.
        contracts.router,
        orders.router,
        deliveries.router,
        inspections.router,
        settlements.router,
        tax_invoices.router,
        credit_pages.router,
        health.router,
        auth.router,
        identity.router,
        terms.router,
        inbox_pages.router,
        notifications.router,
        files.router,
        bulk.router,
        search.router,
        footer.router,
        company.router,
        changes.router,
        withdrawals.router,
        announcements.router,
        masters.router,
        admin.router,
        harmony.router,
        signups.router,
        conversions.router,
    ):
        app.include_router(router)
    for web in WEB_KINDS:
        app.include_router(document_router(web))
        app.include_router(api_router(web), prefix="/api/v1")
    app.include_router(receipts, prefix="/api/v1")
    lists = [route for declared in WEB_LISTS for route in declared.direct]
    documents = [route for web in WEB_KINDS for route in direct_routes(web)]
    app.router.routes[:0] = [*documents, *contracts.drafts.DIRECT, *lists]
    return app


logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
app = create_app()
