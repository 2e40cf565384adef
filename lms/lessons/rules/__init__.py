"""Pure decisions and values of 教材."""
