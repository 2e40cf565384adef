"""Nintei: the online half of a course, its examination and its numbered certificates."""
