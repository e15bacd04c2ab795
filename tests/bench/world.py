"""A large workshop, written by the administrator in bulk; what is signed in the bench is made by the operations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from config.local import LocalPostgres
from migrations.setup import RuntimeUrls, prepare_database
from service_app import reactions
from service_app.contracts import links as contract_links
from service_app.core import events, files, links, tenancy
from service_app.core.db import Database
from service_app.workshops.models import Workshop
from tests.factories import workshops as people
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, an_active, an_item

VAR = Path(__file__).parent.parent.parent / "var" / "bench"
PASSWORDS = {"app": "app-password-of-the-bench", "worker": "worker-password-of-the-bench"}
SECRET = "a secret of the bench, long enough to be one"
CUSTOMERS, CONTRACTS = 20_000, 50_000


@dataclass(frozen=True)
class World:
    """The seeded database: addresses, the workshop, who signs in, and one contract's reference."""

    urls: RuntimeUrls
    admin: Engine
    workshop: Workshop
    email: str
    reference: str
    tokens: list[str]


def build(postgres: LocalPostgres, offers: int) -> World:
    """Make and fill the database anew."""
    url = make_url(postgres.url).set(database="ronde_bench").render_as_string(hide_password=False)
    _make_anew(postgres.url)
    urls = prepare_database(url, PASSWORDS)
    files.install(VAR / "files")
    links.install(SECRET, "http://localhost")
    events.install(reactions.ALL)
    database = Database(urls.app)
    workshop = people.make_workshop(database, slug="senne", name="Atelier Senne")
    email = people.make_member(database, workshop, "owner")
    with database.transaction(tenancy.workshop(workshop.id)):
        pattern = an_active()
        ids = {"contract": pattern.id, "line": pattern.lines[0].id, "customer": pattern.customer_id, "w": workshop.id}
    admin = create_engine(url)
    _multiply(admin, ids)
    tokens = _offers(database, workshop, offers)
    database.engine.dispose()
    return World(urls, admin, workshop, email, "C-B-0000777", tokens)


def _make_anew(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS ronde_bench WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE ronde_bench")
    engine.dispose()


_NAMES = """
    (ARRAY['Nora','Awa','Jan','Leila','Tom','Chloe','Mehmet','Sofie','Grace','Olivier','Hanne','Youssef','Zoe','Marta'])[1 + n %% 14]
    || ' ' ||
    (ARRAY['Lemmens','Diallo','Peeters','Bensaid','Hendrickx','Lambert','Yilmaz','Maes','Renard','Wouters','Goossens'])[1 + n %% 11]
    || n
""".replace("%%", "%")

_STATUS = """CASE WHEN n % 100 < 3 THEN 'draft' WHEN n % 100 < 6 THEN 'sent' WHEN n % 100 < 10 THEN 'signed'
             WHEN n % 100 < 20 THEN 'active' WHEN n % 100 < 95 THEN 'ended' ELSE 'cancelled' END"""


def _multiply(admin: Engine, ids: dict[str, int]) -> None:
    """Customers and contracts after the pattern of one of each, with what a search finds them by."""
    with admin.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        copies(
            connection,
            "customer",
            ids,
            "customer",
            CUSTOMERS,
            {
                "reference": "'K-B-' || n",
                "name": _NAMES,
                "name_key": f"lower({_NAMES})",
                "email": "'c' || n || '@example.be'",
            },
        )
        copies(
            connection, "contract", ids, "contract", CONTRACTS,
            {
                "reference": "'C-B-' || lpad(n::text, 7, '0')", "status": _STATUS, "money_status": "CASE WHEN n % 9 = 0 THEN 'due' ELSE 'settled' END",
                "customer_id": f"(SELECT min(id) FROM customer WHERE reference = 'K-B-' || (1 + n % {CUSTOMERS}))",
                "starts_at": "now() - make_interval(days => n % 900)", "ends_at": "now() - make_interval(days => n % 900 - 3)",
            },
        )  # fmt: skip
        copies(
            connection, "contract_line", ids, "line", CONTRACTS,
            {
                "contract_id": "(SELECT min(id) FROM contract WHERE reference = 'C-B-' || lpad(n::text, 7, '0'))",
                "status": "CASE WHEN n % 100 < 10 THEN 'planned' WHEN n % 100 < 20 THEN 'out' ELSE 'closed' END",
                "due_at": "now() + make_interval(days => 40 + n % 300)", "item_id": "NULL",
            },
        )  # fmt: skip
        for subject, table, words in (
            ("customer", "customer", "lower(t.name)"),
            ("contract", "contract", "lower(t.reference || ' ' || (SELECT name FROM customer c WHERE c.workshop_id = t.workshop_id AND c.id = t.customer_id))"),
        ):  # fmt: skip
            connection.execute(text(
                f"INSERT INTO search_word (workshop_id, subject, word, subject_id)"
                f" SELECT DISTINCT t.workshop_id, '{subject}', word, t.id FROM {table} t, unnest(string_to_array({words}, ' ')) word"
                f" WHERE t.reference LIKE '%-B-%' ON CONFLICT DO NOTHING"
            ))  # fmt: skip
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def copies(connection: object, table: str, ids: dict[str, int], key: str, many: int, changed: dict[str, str]) -> None:
    """`many` copies of a row with some columns computed from n; in passes, because a later table looks up an earlier."""
    rows = connection.execute(  # type: ignore[attr-defined]
        text("SELECT column_name FROM information_schema.columns WHERE table_name = :t AND is_generated = 'NEVER'"),
        {"t": table},
    )
    columns = [name for name in rows.scalars() if name not in ("id", "external_ref")]
    values = [changed.get(name, f'p."{name}"') for name in columns]
    index = {"contract": "customer", "contract_line": "contract"}.get(table)
    if index is not None:
        connection.execute(text(f"CREATE INDEX bench_{table} ON {index} (reference)"))  # type: ignore[attr-defined]
    named = ", ".join(f'"{name}"' for name in columns)
    connection.execute(  # type: ignore[attr-defined]
        text(
            f"INSERT INTO {table} ({named}) SELECT {', '.join(values)}"
            f" FROM {table} p, generate_series(1, :many) n WHERE p.workshop_id = :w AND p.id = :id"
        ),
        {"many": many, "w": ids["w"], "id": ids[key]},
    )
    if index is not None:
        connection.execute(text(f"DROP INDEX bench_{table}"))  # type: ignore[attr-defined]


def _offers(database: Database, workshop: Workshop, many: int) -> list[str]:
    """Offers waiting for a signature, each of a product of its own group, made by the operations."""
    tokens: list[str] = []
    for group in range(0, many, 50):
        with database.transaction(tenancy.workshop(workshop.id)):
            for _each in range(min(50, many - group) // 10 or 1):
                product = a_product()
                plan = a_day_plan(product)
                for _item in range(10):
                    an_item(product)
                    tokens.append(contract_links.offer_token(a_sent(a_wish(product, plan), customer=a_customer())))
    return tokens
