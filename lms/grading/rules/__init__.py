"""Pure decisions of 採点: parts and states, sharing out, settling, results, texts as graders read them."""
