"""The product's worker with the floor in it, so that both share process, queue, pollers and threads."""

from psycopg_pool import ConnectionPool

import worker
from bench.floor import Inserts
from bench.floor_workflow import Floor
from models.settings import settings


def main() -> None:
    """Serve until told to stop."""
    url = settings().needed("WORKER_DATABASE_URL")
    with ConnectionPool(url, min_size=worker.THREADS, max_size=worker.THREADS) as pool:
        worker.serve([worker.PEOPLE], [Floor], [Inserts(pool).insert])


if __name__ == "__main__":
    main()
