"""The customer's own pages: the accounts with what happened on them, and who may see them or pay from them."""
