"""What is held in the hand: a scanned code becomes the thing it names and the one act that thing expects now.

In comes a code from a camera, a scanner that types, or a finger: a tag, a serial number, or the address in a QR code.
`codes` reads it, `expected` says what comes next, and that is always a page or an operation of an earlier room: this room
hands nothing over and takes nothing back by itself. `operations.batch` does one act to many things, each in its own
savepoint, so that one refusal stops nobody else; a long one is a bulk run of `lists` (`listed`).

A stock-take (`operations.stock_takes`) is what is expected to be here against what was scanned. An entry is unique by
take and item, so that a code sent twice by a telephone that lost its line counts once, and several people may count at the
same time. What is missing is worked out while the take is open, and written down when it is finished.

Events left: stock_take.started, stock_take.finished, stock_take.cancelled, item.counted, item.missing, item.lost,
item.found.
"""
