"""Builders of one realistic world: thin calls of the real operations, shared by the tests."""
