"""How each kind of question stands on a page, one file each; `registry` lists them."""
