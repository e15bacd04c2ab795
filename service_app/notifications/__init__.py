"""Who is told what, by which channel, in which language, and whether it arrived.

A message is a row with a business identity (kind, what it is about, recipient): the same fact never makes two. It is
written in its own job after the event, read again and rendered at sending, and its Message-ID derives from the row, so
every attempt carries the same. Sent but not recorded is `unknown`. Without SMTP settings letters are kept and readable
at the mailbox page (demo and development only). Events left: none; a message is itself the record.
"""
