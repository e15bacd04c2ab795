"""The verbs of the portal. `entering`: ask for a link, come in by it, go out. `asking`: what a customer asks the workshop to
do. `oneself`: language, messages, consent."""
