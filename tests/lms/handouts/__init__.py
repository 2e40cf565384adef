"""Tests of 配布資料."""
