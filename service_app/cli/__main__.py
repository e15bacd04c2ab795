"""`python -m service_app.cli`, the same as `ronde`."""

from service_app.cli import main

main()
