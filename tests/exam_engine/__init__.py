"""Tests of the pure exam engine: no fixtures, no application, parameter tables with ids in words."""
