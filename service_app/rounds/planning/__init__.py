"""A day's rounds as arithmetic: a problem in, a plan out, no database, no clock but the time allowed.

`problem` says what is given and what a plan is, both as JSON: input, seed and number of iterations are kept with a plan, and
`planner.replay` makes the same plan of them byte for byte. `checks` refuses what cannot be planned, with a code for each;
`schedule` is the one account of times and loads, over which every plan goes whoever drew it; `greedy` is always there
(nearest neighbour by zone, then 2-opt); `optimiser` asks PyVRP where it is installed. The better of the two is taken, so a
plan is never worse than the greedy one.

A break is spent at the depot: a shift with a break is two legs of the same vehicle, which is how a crew on a cargo bike
eats, and it lets the box be emptied.
"""
