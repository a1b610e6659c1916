"""The door for ASGI servers."""

import os

from django.core.asgi import get_asgi_application

from riskscore.sql.database import older_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
application = get_asgi_application()
older_code.refuse_to_serve()
