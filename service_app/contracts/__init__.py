"""Who uses which thing on what terms, from offer to end.

Enters: a customer, products with plans, dates. A contract has a physical axis (`status`) and a money axis
(`money_status`), never one field; each line has its own dates and state. An offer sent holds its items until it
expires; signing turns the holds into reservations under the same constraint. Events left: contract.drafted, contract.sent,
contract.signed, contract.cancelled, contract.expired, contract.ended, line.handed_over, line.returned, line.overdue,
line.at_risk, line.closed, inspection.finished, inspection.contested, inspection.decided.
"""
