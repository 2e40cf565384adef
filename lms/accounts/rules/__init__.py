"""Pure decisions of 利用者: lifetimes, passwords, throttling, addresses to go on to, refusals."""
