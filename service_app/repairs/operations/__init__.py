"""The verbs of a repair, in the order in which they happen: intake, quotes, the bench, the end; and the stock of parts."""
