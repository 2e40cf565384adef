"""The kinds of question, one file each; `registry` lists them."""
