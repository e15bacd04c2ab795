"""Names in the order in which people read them: one function, and the indexes that carry the sort of the long lists.

`normalize` takes é apart, so that its accent can go; what Unicode does not take apart (œ, ø) is written out. Numbers are
filled up with noughts to twelve digits. All of it is built in and immutable, with no collation of the machine in it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_FUNCTION = r"""
    CREATE FUNCTION order_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    regexp_replace(regexp_replace(regexp_replace(
      translate(replace(replace(replace(
        lower(normalize($1, NFKD) COLLATE "pg_c_utf8"), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), 'øłđðþı', 'olddti'),
      '[\u0300-\u036f]', '', 'g'),
      '([0-9]+)', '000000000000\1', 'g'),
      '0{0,12}([0-9]{12,})', '\1', 'g')
"""
_KEY = 'order_key({}) COLLATE "C"'


def upgrade() -> None:
    """The function, and its indexes in place of the one over plain names."""
    op.execute(_FUNCTION)
    op.drop_index("ix_customer_name", table_name="customer")
    op.create_index("ix_customer_name", "customer", ["workshop_id", sa.text(_KEY.format("name")), "id"])
    op.create_index("ix_item_tag", "item", ["workshop_id", sa.text(_KEY.format("tag"))])


def downgrade() -> None:
    """By the bytes again."""
    op.drop_index("ix_item_tag", table_name="item")
    op.drop_index("ix_customer_name", table_name="customer")
    op.create_index("ix_customer_name", "customer", ["workshop_id", "name", "id"])
    op.execute("DROP FUNCTION order_key(text)")
