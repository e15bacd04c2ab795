"""What Ronde must reach, measured and never asserted: `make bench`, or `python -m tests.bench`.

Every figure is a ratio within one run, on one machine: the product's pages against a bare page on the same server, or a
rate. `world` seeds a workshop of 20,000 customers and 50,000 contracts, `floor` is the bare application, `load` the
clients, `work` the job engine and the letters, `month` the pricing of a month without writing it, `start` the first and
second start and the memory of an idle product.
"""
