"""What the product costs, beside references measured in the same run: ``make bench``."""
