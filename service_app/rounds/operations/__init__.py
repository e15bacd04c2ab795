"""What can be done: with orders (`orders`), with a day and its rounds (`days`, `changing`, `occupying`), on the road (`riding`,
`filling`), and with what a workshop rides (`setup`)."""
