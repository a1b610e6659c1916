"""The door for gunicorn and other WSGI servers."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from riskscore.sql.database import older_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
application = get_wsgi_application()
older_code.refuse_to_serve()
import_module(settings.ROOT_URLCONF)
# Python looks for cycles among all objects again and again, 200 ms at a time, in the middle of an
# answer; those of the loaded program last as long as the process, so they are left out. Processes
# that are forked from this one share their memory as long as nobody writes there.
gc.collect()
gc.freeze()
