"""Trade by customs code: revisions of the Harmonized System, and files as CEPII ships them."""
