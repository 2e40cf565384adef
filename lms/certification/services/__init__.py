"""Verbs of 認定: propose, decide, issue, consent, note a look-up."""
