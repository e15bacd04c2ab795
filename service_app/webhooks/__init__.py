"""Facts told to other programs: an address of a workshop is called with what happened, signed, until it has taken it.

Enters: an endpoint (an https address, which facts, a secret). Leaves: a signed POST per fact and endpoint, as Standard
Webhooks (standardwebhooks.com) says: `webhook-id`, `webhook-timestamp`, `webhook-signature`, a body of
{type, timestamp, data}. The body names a fact and the ids of what it concerns, never a person: who wants more asks for it.

Promise: at least once, in no promised order. `gathering` reads the facts past a cursor, so that a change costs nothing
more where nobody listens; what was still in flight below the cursor is found too, for the cursor only settles once every
transaction of that time is over. A delivery is unique per endpoint and fact, its id is the same at every attempt and
replay, and so a receiver can tell what it has already. Retries go on for three days; 410 or five days without one success
switch an endpoint off. `core.outgoing` is the only way out: it refuses addresses that are not public, connects to the very
address it looked at, follows nothing and reads little.

Secrets are derived from the house's key and a salt of the row, so the database alone forges nothing.
"""
