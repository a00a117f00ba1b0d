"""``make capacity``: what grows with followers, and a day of ten million of them."""
