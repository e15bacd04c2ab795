"""What is offered: products with their five characteristics, plans with their prices, care plans.

A product carries geometry, chemical and physical properties, function, production facilities and end of life as
structured data, and the circular model it serves; each later drives a decision (load, handling, plans, benches,
routes). Events left: product.created, product.changed, plan.created, plan.changed.
"""
