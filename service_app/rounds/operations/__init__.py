"""What can be done: with orders (`orders`), with a day and its rounds (`days`, `changing`), on the road (`riding`), and with
what a workshop rides (`setup`)."""
