"""What runs the house: supervisor, embedded PostgreSQL and Temporal, bootstrap.

Kept readable for an old Python, so that it can say in one sentence what it needs.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "This program needs Python 3.11 or newer; this is %d.%d.\n" % sys.version_info[:2]  # noqa: UP031
    )
    raise SystemExit(2)
