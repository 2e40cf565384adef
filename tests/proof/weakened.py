"""The site with SQLite's flush at each commit taken out: the power-loss proof must find out, or it proves nothing.

No setting of the product does this, and its start-up check refuses such a database; both are gone around here, in the test.
"""

from lms import app as factory
from lms.db import session

session.SQLITE_PRAGMAS = tuple(pragma.replace("synchronous=FULL", "synchronous=NORMAL") for pragma in session.SQLITE_PRAGMAS)
factory.check_durability = lambda app: None  # type: ignore[assignment]

app = factory.create_app()
