"""Capacity and appointments."""
