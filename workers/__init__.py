"""What happens when nobody is waiting.

The job rows are the truth; Celery and Redis only carry wake-ups. `schedule` says when which sweep or planner runs,
`handlers` which operation does a kind of job, `sweeps` how a job is claimed, run and finished. The same functions run
from Celery (`app`), from `ronde sweep --loop` without Redis, and in the tests.
"""
