"""People who sign in: password, server-side sessions, limits on trying.

An account belongs to no workshop; a `member` row (room `workshops`) ties it to each workshop it works in. Sessions are
rows: a random 256-bit value whose hash is stored, listed and revocable. The count of failed sign-ins is a row as well,
so that the limit holds when Redis is away. Events left: none (an account has no workshop); security facts go to the log.
"""
