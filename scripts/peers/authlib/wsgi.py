"""A provider with Authlib, as its documents on Flask have it: models, grants and endpoints in one file.

Where the documents leave a choice, it is the faster one: secrets of applications are compared as they are,
and any application may introspect any token.
"""

from __future__ import annotations

import os

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.sqla_oauth2 import (
    OAuth2AuthorizationCodeMixin,
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_query_client_func,
    create_query_token_func,
    create_save_token_func,
)
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Flask, redirect, render_template, request, session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, Integer, String, event
from werkzeug.security import check_password_hash, gen_salt

application = Flask(__name__)
application.config |= {
    "SECRET_KEY": os.environ.get("SECRET_KEY", "made for one run of the bench, on a loopback address"),
    "SQLALCHEMY_DATABASE_URI": f"sqlite:///{os.environ['DATA']}/authlib.db",
    "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 20}},
    "OAUTH2_REFRESH_TOKEN_GENERATOR": True,
}
db = SQLAlchemy(application)

PROOFS = ["client_secret_basic", "client_secret_post"]
"""How an application may prove who it is."""


# MARK: what is kept


class User(db.Model):
    id = Column(Integer, primary_key=True)
    name = Column(String(40), unique=True, nullable=False)
    password = Column(String(200), nullable=False)

    def get_user_id(self):
        return self.id


class Client(db.Model, OAuth2ClientMixin):
    id = Column(Integer, primary_key=True)

    def check_endpoint_auth_method(self, method, endpoint):
        return method in PROOFS


class Code(db.Model, OAuth2AuthorizationCodeMixin):
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id", ondelete="CASCADE"))


class Token(db.Model, OAuth2TokenMixin):
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id", ondelete="CASCADE"))


with application.app_context():

    @event.listens_for(db.engine, "connect")
    def prepare_connection(connection, _):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")


# MARK: what may be asked for


class AuthorizationCode(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = PROOFS

    def save_authorization_code(self, code, asked):
        payload = asked.payload
        db.session.add(
            Code(
                code=code,
                client_id=asked.client.client_id,
                redirect_uri=payload.redirect_uri,
                scope=payload.scope,
                user_id=asked.user.id,
                code_challenge=payload.data.get("code_challenge"),
                code_challenge_method=payload.data.get("code_challenge_method"),
            )
        )
        db.session.commit()

    def query_authorization_code(self, code, client):
        found = db.session.query(Code).filter_by(code=code, client_id=client.client_id).first()
        return found if found and not found.is_expired() else None

    def delete_authorization_code(self, authorization_code):
        db.session.delete(authorization_code)
        db.session.commit()

    def authenticate_user(self, authorization_code):
        return db.session.get(User, authorization_code.user_id)


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = PROOFS


class Introspection(IntrospectionEndpoint):
    query_token = staticmethod(create_query_token_func(db.session, Token))

    def check_permission(self, token, client, request):
        return True

    def introspect_token(self, token):
        return {
            "active": True,
            "client_id": token.client_id,
            "token_type": token.token_type,
            "scope": token.get_scope(),
            "sub": token.user_id,
            "exp": token.issued_at + token.expires_in,
            "iat": token.issued_at,
        }


server = AuthorizationServer(
    application,
    query_client=create_query_client_func(db.session, Client),
    save_token=create_save_token_func(db.session, Token),
)
server.register_grant(AuthorizationCode, [CodeChallenge(required=True)])
server.register_grant(ClientCredentials)
server.register_endpoint(Introspection)


# MARK: its addresses


@application.get("/sign-in")
def ask_to_sign_in():
    return render_template("sign-in.html")


@application.post("/sign-in")
def sign_in():
    user = db.session.query(User).filter_by(name=request.form["name"]).first()
    if not user or not check_password_hash(user.password, request.form["password"]):
        return "", 403
    session["user"] = user.id
    return redirect("/")


@application.route("/oauth/authorize", methods=["GET", "POST"])
def authorize():
    user = db.session.get(User, session["user"])
    try:
        grant = server.get_consent_grant(end_user=user)
    except OAuth2Error as error:
        return error.error, 400
    if request.method == "GET":
        return render_template("authorize.html", user=user, grant=grant)
    allowed = user if request.form.get("answer") == "allow" else None
    return server.create_authorization_response(grant_user=allowed, grant=grant)


@application.post("/oauth/token")
def token():
    return server.create_token_response()


@application.post("/oauth/introspect")
def introspect():
    return server.create_endpoint_response(Introspection.ENDPOINT_NAME)


def registered(name: str, callback: str) -> dict[str, str]:
    """A client with a secret."""
    client = Client(client_id=gen_salt(24), client_secret=gen_salt(48))
    client.set_client_metadata(
        {
            "client_name": name,
            "redirect_uris": [callback],
            "grant_types": ["authorization_code", "client_credentials"],
            "response_types": ["code"],
            "scope": "read",
            "token_endpoint_auth_method": "client_secret_basic",
        }
    )
    db.session.add(client)
    db.session.commit()
    return {"client_id": client.client_id, "client_secret": client.client_secret}
