"""One command from nothing to scored projects: what `python manage.py demo [--serve]` does.

`journey` tells the story, `processes` keeps the children, `progress` draws the bar, `readings`
asks the database for what `tables` prints.
"""
