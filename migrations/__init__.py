"""Schema changes, one step after the other; `setup` makes the roles and runs them."""
