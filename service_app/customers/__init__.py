"""A workshop's customers: persons and organisations, how to reach them, what they agreed to.

A customer belongs to one workshop. Events left: customer.created, customer.changed, customer.merged, customer.noted,
customer.consented.
"""
