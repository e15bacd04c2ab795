"""The customer's door across the rooms: sign-in by a link, what I have, what it costs to change it, me.

A customer has no account and no password. A letter lets them in: its link works once, for ten minutes, in the browser that
asked, and elsewhere only with the six digits of the same letter. What they then see and do is their own and nothing
else; whether an act is allowed, and the reason when not, is read from `contracts.allowed`, and every act is one operation of
`contracts`. Its cost is shown before by doing it and undoing it (`rehearsal`), so that what was shown is what is charged.

A link in a letter opens one act on one thing without signing in (`contracts.links`). What a customer asks and the workshop
has to do (swap this, forget me) is a row, `CustomerRequest`, beside the customer and the contract. What is held about a
customer is one table (`held`); a house test finds what a new room forgot to put there.

Events left: portal.asked, portal.entered, customer.asked, customer.answered.
"""
