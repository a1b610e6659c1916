"""The product's site with two references beside it: answers of no work, and DRF as in its book."""
