"""Who is told what, by which channel, in which language, and whether it arrived.

A message is a row with a business identity (kind, what it is about, recipient): the same fact never makes two. It is
written in its own job after the event, read again and rendered at sending, and its Message-ID derives from the row, so
every attempt carries the same.

An answer that was heard is written down until the database takes it (`workers.outcomes`). Where nobody heard it: a server that
hung up while it had the letter leaves it `unknown`, for a person to decide; a worker that died with the answer lets a letter
go once more under the same Message-ID, a text under the same key where the provider knows keys and is `unknown` where not, a
notice under the tag that makes two of it one. A server that is away costs no attempt; what was put off at every attempt has
failed, and stands with whom to call. Without SMTP settings letters are kept and readable
at the mailbox page (demo and development only). Events left: none; a message is itself the record.
"""
