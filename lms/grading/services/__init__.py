"""Verbs of 採点: opening, marking, adjudicating, finalizing, releasing."""
