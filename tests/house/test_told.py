"""Every event can be told in a timeline."""

from service_app import reactions, told


def test_every_event_has_words_and_every_word_an_event():
    assert set(told.WORDS) == set(reactions.ALL)
