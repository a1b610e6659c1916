"""Jobs and the records that work leaves."""
