"""The staff's day across features: Today, the palette, the mailbox of kept letters, background work. Reads what other
rooms know and owns no table."""
