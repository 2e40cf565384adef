"""Verbs of 期: cohorts and their days, seats, attendance."""
