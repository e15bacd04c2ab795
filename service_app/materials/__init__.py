"""What cannot be used again leaves as material: batches are weighed, sorted into fractions, and handed to recoverers.

Enters: take-backs that were decided to be waste, and loads by hand. A batch is open while loads come in, weighed when its
whole mass is known, allocated when its fractions and the loss add up to that mass, and closed when every fraction has left
with a document. Masses are integers of grams. A weight a hundred times off what was expected is refused: it was typed in
the wrong unit. What is missing or too much beyond a tolerance (`balance`) is allowed only with its explanation.

A batch in quarantine (a contaminated load) goes nowhere until somebody says why it may.

The waste codes are dated (`codes`): what leaves on a day carries a code that is in force on that day. Source of the file:
the List of Waste, Decision 2000/532/EC, with the battery entries of Decision (EU) 2025/934.

Events left: material_batch.opened, .loaded, .weighed, .sorted, .unsorted, .allocated, .transferred, .closed, .quarantined,
.released.
"""
