"""`python manage.py check-outside events.csv`: do scores tell where something happened next?"""

from riskscore.management.outside_check_command import OutsideCheckCommand


class Command(OutsideCheckCommand):
    """A list of events with dates against the scores of the day before the first."""

    help = __doc__
