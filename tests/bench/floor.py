"""The bare application: Flask, SQLAlchemy and Jinja, and nothing of the product in the way: no sign-in, no guard, no shell.

A ratio says something only where both do the same work, so:

- `/list` is the product's own query, with the search where the product searches (`?q=`), and as many rows as are asked
  for (`?rows=`). The product's list shows 50, its table of words and all; the goal was written for 25. The bench measures
  against the same number of rows and tells the figure for 25 beside it.
- `/insert` writes two rows as the product writes any: mapped classes through a session, a table of its own for each with
  the composite key, the foreign key to the workshop, an index that leads with it and forced row-level security, and one
  commit. It takes no form, checks nothing and reads nothing.
"""

from __future__ import annotations

import os
import secrets

from flask import Flask, render_template_string, request
from sqlalchemy import Engine, Index, Table, create_engine, func, select, text
from sqlalchemy.orm import Mapped, Session

from service_app.contracts.models import Contract
from service_app.contracts.queries import FOR_A_LIST
from service_app.core.db import Base
from service_app.core.search import SearchWord
from service_app.core.tenancy import WorkshopRow, wall_statements

app = Flask(__name__)
engine = create_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg://"), pool_size=10)
os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
WORKSHOP = int(os.environ.get("BENCH_WORKSHOP", "0"))

PAGE = """<!doctype html><title>Contracts</title><p>{{ total }}</p><table>
{% for c in rows %}<tr><td><a href="/c/{{ c.reference }}">{{ c.reference }}</a><td>{{ c.customer.name }}
<td>{% for line in c.lines %}{{ line.product.name.fr }}{% endfor %}<td>{{ c.starts_at }}<td>{{ c.ends_at }}<td>{{ c.status }}
<td>{{ c.money_status }}</tr>{% endfor %}</table>"""


class First(WorkshopRow, Base):
    """One of the two rows."""

    __tablename__ = "floor_first"
    __table_args__ = (Index("ix_floor_first_word", "workshop_id", "word"),)

    word: Mapped[str]


class Second(WorkshopRow, Base):
    """The other."""

    __tablename__ = "floor_second"
    __table_args__ = (Index("ix_floor_second_word", "workshop_id", "word"),)

    word: Mapped[str]


def make_tables(admin: Engine) -> None:
    """The tables of the two rows, walled as the product's are."""
    with admin.begin() as connection:
        for model in (First, Second):
            table: Table = model.__table__  # type: ignore[assignment]
            table.create(connection)
            for statement in wall_statements(table.name):
                connection.execute(text(statement))
            connection.execute(text(f"GRANT ALL ON {table.name} TO ronde_app"))


def confined() -> Session:
    """A session inside the workshop's wall."""
    session = Session(engine)
    session.execute(text("SELECT set_config('app.workshop_id', :w, true)"), {"w": str(WORKSHOP)})
    return session


@app.get("/list")
def listed() -> str:
    """Contracts of a state with customer, lines and products, and how many there are."""
    with confined() as session:
        found = select(Contract).where(Contract.workshop_id == WORKSHOP, Contract.status == "ended")
        if word := request.args.get("q"):
            words = select(SearchWord.subject_id).where(
                SearchWord.workshop_id == WORKSHOP,
                SearchWord.subject == "contract",
                SearchWord.word >= word,
                SearchWord.word < word + "\U0010ffff",
            )
            found = found.where(Contract.id.in_(words))
        total = session.scalar(found.with_only_columns(func.count(Contract.id)))
        found = found.order_by(Contract.id.desc()).limit(request.args.get("rows", 25, int)).options(*FOR_A_LIST)
        return render_template_string(PAGE, rows=session.scalars(found).unique().all(), total=total)


@app.post("/insert")
def insert() -> str:
    """Two rows in two indexed tables, one commit."""
    with confined() as session:
        session.add_all(model(workshop_id=WORKSHOP, word=secrets.token_hex(16)) for model in (First, Second))
        session.commit()
    return "done"


@app.get("/health")
def health() -> str:
    """For the start."""
    return "ok"
