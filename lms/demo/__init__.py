"""Fills a demo installation with fictional people, through the same services people use."""
