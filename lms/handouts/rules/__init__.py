"""Pure values and decisions of 配布資料."""
