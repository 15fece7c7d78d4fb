"""Several servers on one PostgreSQL database, each in a data folder of its own, behind one address."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .nginx import nginx
from .oauth import Application, Person
from .server import ROOT, Server, Tenant, free_port

TENANT = "standard"


@dataclass
class Nodes:
    """Started servers that share everything but their processes; `front` sends each request to the next."""

    each: list[Server]
    front: str

    @property
    def tenant(self) -> Tenant:
        """The tenant as everybody sees it, behind the front."""
        return self.each[0].tenant(TENANT)

    @property
    def bases(self) -> list[str]:
        """Where each node alone answers for the tenant."""
        return [f"{node.url}/t/{TENANT}" for node in self.each]

    def views(self, application: Application) -> list[Application]:
        """The same application, as one that speaks to one node alone: for each node."""
        return [replace(application, base=base) for base in self.bases]

    def person_at(self, base: str, person: Person) -> Person:
        """The same person with the same session, who speaks to one node alone."""
        other = Person(base, person.role, person.email, person.password)
        other.http.cookies = person.http.cookies
        other.http.headers = person.http.headers
        return other

    def reimport(self, node: Server, file: Path, **brand: str) -> None:
        """Imports the tenant again on one node, with some of its brand changed."""
        settings = json.loads(node.succeed("tenant", "export", TENANT))
        settings["brand"] |= brand
        file.write_text(json.dumps(settings))
        node.succeed("tenant", "import", str(file))


def node(
    data: Path, database: str | None, public_url: str | None = None, like: Server | None = None
) -> Server:
    """A server that is not started, with the master key of another one where there is one."""
    data.mkdir(mode=0o700)
    if like:
        # The lock beside it is what makes the folder ours.
        (data / "portal.lock").touch(0o600)
        shutil.copy(like.data / "master.key", data / "master.key")
    return Server(data, database=database, public_url=public_url)


@contextmanager
def nodes(folder: Path, database: str | None) -> Iterator[Nodes]:
    """Two of them, with the tenant `standard`, behind nginx."""
    port = free_port()
    front = f"http://127.0.0.1:{port}"
    first = node(folder / "first", database, front)
    first.succeed("tenant", "import", str(ROOT / f"Tenants/{TENANT}.json5"))
    second = node(folder / "second", database, front, like=first)
    both = [first, second]
    upstream = " ".join(f"server 127.0.0.1:{server.port};" for server in both)
    http = (
        f"upstream nodes {{ {upstream} }}\n"
        f"server {{ listen 127.0.0.1:{port};"
        " location / { proxy_pass http://nodes; proxy_set_header Host $http_host; } }"
    )
    try:
        for server in both:
            server.start()
        with nginx(folder, http, f"{front}/healthz"):
            yield Nodes(both, front)
    finally:
        for server in both:
            server.stop()
