"""Tests of the plumbing every page shares."""
