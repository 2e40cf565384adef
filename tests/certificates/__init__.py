"""Tests of the press: a record in, one PDF page out."""
