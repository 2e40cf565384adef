"""Pure decisions of 期: why an act is refused, enough attendance, reading a roster file and checking its rows."""
