"""The verbs of a contract; each is one whole change.

`offers`: draft, change, send, sign, reopen, expire, cancel. `handovers`: out and back. `lateness`: overdue, extended, at
risk. `inspections`: looked at, graded, charged. `money`: deposit, settling, recurring charges, the end. `acts`: what every
operation on a running contract has in common; those are in `dates`, `pauses`, `swaps`, `endings`, `losses`, `lines`, `kits`,
`contests`.
"""
