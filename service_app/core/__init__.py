"""The foundation every room stands on; it knows no feature and imports nothing of ours.

One module per concept: the database and its session (`db`), the two walls between workshops (`tenancy`), who may do
what (`access`), status moves (`states`), facts (`events`), work for later (`jobs`), search, files, money, time, words.
"""
