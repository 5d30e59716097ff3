"""The WSGI entry point that gunicorn serves (`gunicorn -c config/gunicorn.py config.wsgi`)."""

import os

from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Commands run the system checks by themselves; a server does not, and it is what meets the open network.
if refusals := [str(check) for check in run_checks(tags=[Tags.security]) if check.is_serious()]:
    raise ImproperlyConfigured("\n".join(refusals))
