"""The door for gunicorn and other WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from riskscore.sql.database import older_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
application = get_wsgi_application()
older_code.refuse_to_serve()
