"""Makes the tables, the customers and the applications, and prints what the bench needs to know as JSON.

prepare.py CUSTOMERS PASSWORD CALLBACK
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from oauth2_provider.generators import generate_client_secret  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402


def application(grant: str, callback: str = "") -> dict[str, str]:
    secret = generate_client_secret()
    made = Application.objects.create(
        name="Bench Rentals",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=grant,
        redirect_uris=callback,
        client_secret=secret,
        hash_client_secret=False,
    )
    return {"client_id": made.client_id, "client_secret": secret}


def main(customers: int, password: str, callback: str) -> None:
    call_command("migrate", verbosity=0)
    for number in range(customers):
        User.objects.create_user(f"customer-{number}", password=password)
    machine = application(Application.GRANT_CLIENT_CREDENTIALS)
    web = application(Application.GRANT_AUTHORIZATION_CODE, callback)
    print(json.dumps({"machine": machine, "web": web}))


main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
