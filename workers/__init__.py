"""The work behind the pages: sweeps claim due jobs from the database, a handler does each; Celery only wakes them up."""
