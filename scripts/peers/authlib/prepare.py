"""Makes the tables, the customers and the application, and prints what the bench needs to know as JSON.

prepare.py CUSTOMERS PASSWORD CALLBACK
"""

from __future__ import annotations

import json
import sys

from werkzeug.security import generate_password_hash
from wsgi import User, application, db, registered


def main(customers: int, password: str, callback: str) -> None:
    with application.app_context():
        db.create_all()
        for number in range(customers):
            db.session.add(User(name=f"customer-{number}", password=generate_password_hash(password)))
        db.session.commit()
        print(json.dumps(registered("Bench Rentals", callback)))


main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
