"""The bare application: Flask, SQLAlchemy and Jinja, and nothing of the product in the way. The same query with 25 rows,
and two indexed inserts."""

from __future__ import annotations

import os

from flask import Flask, render_template_string
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from service_app.contracts.models import Contract
from service_app.contracts.queries import FOR_A_LIST

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"], pool_size=10)
os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
WORKSHOP = int(os.environ["BENCH_WORKSHOP"])

PAGE = """<!doctype html><title>Contracts</title><p>{{ total }}</p><table>
{% for c in rows %}<tr><td><a href="/c/{{ c.reference }}">{{ c.reference }}</a><td>{{ c.customer.name }}
<td>{% for line in c.lines %}{{ line.product.name.fr }}{% endfor %}<td>{{ c.starts_at }}<td>{{ c.ends_at }}<td>{{ c.status }}
<td>{{ c.money_status }}</tr>{% endfor %}</table>"""


def confined() -> Session:
    """A session inside the workshop's wall."""
    session = Session(engine)
    session.execute(text("SELECT set_config('app.workshop_id', :w, true)"), {"w": str(WORKSHOP)})
    return session


@app.get("/list")
def listed() -> str:
    """25 contracts of a state with customer, lines and products, and how many there are."""
    with confined() as session:
        found = select(Contract).where(Contract.workshop_id == WORKSHOP, Contract.status == "ended")
        total = session.scalar(found.with_only_columns(func.count(Contract.id)))
        found = found.order_by(Contract.id.desc()).limit(25).options(*FOR_A_LIST)
        return render_template_string(PAGE, rows=session.scalars(found).unique().all(), total=total)


@app.post("/insert")
def insert() -> str:
    """Two rows in two indexed tables, one commit."""
    with confined() as session:
        session.execute(
            text("INSERT INTO floor_a (workshop_id, word) VALUES (:w, md5(random()::text))"), {"w": WORKSHOP}
        )
        session.execute(
            text("INSERT INTO floor_b (workshop_id, word) VALUES (:w, md5(random()::text))"), {"w": WORKSHOP}
        )
        session.commit()
    return "done"


@app.get("/health")
def health() -> str:
    """For the start."""
    return "ok"
