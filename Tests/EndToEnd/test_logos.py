"""Logos: what is taken, what is refused in words, and how the clean copies are served (security rows LO)."""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
import resource
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from PIL import Image

from portal.oauth import Application, Page, Person
from portal.server import SHARED, Server, Tenant
from portal.waiting import until

CORPUS = SHARED / "corpus/png"
UPLOADS_PER_PARTNER = 50


def rows() -> list[dict[str, str]]:
    manifest = CORPUS / "manifest.tsv"
    if not manifest.exists():
        return []
    return list(csv.DictReader(manifest.open(), delimiter="\t"))


@pytest.fixture(scope="module")
def partners(standard: Tenant) -> Iterator[Person]:
    """A partner who has not uploaded too much yet, again and again."""
    return itertools.chain.from_iterable(
        itertools.repeat(standard.partner(), UPLOADS_PER_PARTNER) for _ in itertools.count()
    )


def upload(partner: Person, content: bytes, name: str = "logo.png", kind: str = "image/png") -> Page:
    """The registration form after its preview button was pressed with this file."""
    form = partner.page("/applications/new").form("company_name")
    fields = [(key, value) for key, value in form.fields if key != "company_name"]
    answer = partner.post(
        "/applications/preview", [*fields, ("company_name", "Acme Rentals")], {"logo": (name, content, kind)}
    )
    return Page(answer)


def was_taken(page: Page) -> bool:
    return page.status == 200 and "staged_logo" in dict(page.form("company_name").fields)


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus of logos in {CORPUS} (PORTAL_SHARED says where)")
def test_every_picture_of_the_corpus_gets_its_verdict(server: Server, partners: Iterator[Person]) -> None:
    wrong: list[str] = []
    before = server.memory()
    for row in rows():
        partner, start = next(partners), time.monotonic()
        page = upload(partner, (CORPUS / row["file"]).read_bytes(), row["file"])
        taken, took = was_taken(page), time.monotonic() - start
        if page.status not in {200, 422} or took > 2:
            wrong.append(f"{row['file']}: {page.status} after {took:.1f} s")
        elif row["expect"] != "either" and taken != (row["expect"] == "accept"):
            wrong.append(
                f"{row['file']}: {'taken' if taken else 'refused'}, expected {row['expect']} ({row['reason']})"
            )
        elif not taken and row["file"] not in page.text:
            wrong.append(f"{row['file']}: refused without naming the file")
    assert wrong == []
    assert server.memory() - before < 128 << 20


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus of logos in {CORPUS} (PORTAL_SHARED says where)")
def test_thirty_bombs_at_once_hold_nobody_else_up(standard: Tenant) -> None:
    names = ["bomb_idat_excess_100MB", "bomb_30000x30000_1bit", "edge_2048x2048_rgba8", "many_unknown_30000"]
    bombs = [(CORPUS / f"{name}.png").read_bytes() for name in names]
    application, people = standard.application("Unhurried Ltd"), [standard.partner() for _ in range(6)]

    def throw(number: int) -> int:
        return upload(people[number % 6], bombs[number % len(bombs)]).status

    most = 0
    with ThreadPoolExecutor(30) as pool:
        thrown = [pool.submit(throw, number) for number in range(30)]
        took: list[float] = []
        while len(took) < 200 or not all(done.done() for done in thrown):
            start = time.monotonic()
            assert application.own_token().status_code == 200
            took.append(time.monotonic() - start)
            most = max(most, len(decoding(standard.server)))
    # 503 is for those that would have had to wait too long.
    assert {done.result() for done in thrown} <= {200, 422, 503}
    assert sorted(took)[len(took) * 99 // 100] < 0.5
    assert 0 < most <= 2


def png(size: tuple[int, int] = (128, 128), mode: str = "RGBA", kind: str = "PNG") -> bytes:
    picture = Image.new(mode, size, "#2a6fb0" if mode != "P" else 3)
    picture.paste(Image.new(mode, (size[0] // 2, size[1] // 2), "#ffcc00" if mode != "P" else 5))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a logo"),
        (png(mode="RGB", kind="JPEG"), "JPEG"),
        (png(mode="P", kind="GIF"), "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"hello", "must be a PNG"),
        (png((63, 128)), "63 × 128"),
        (png((2049, 64)), "2049 × 64"),
        (png()[:-20], "damaged"),
        (png() + b"\x00", "logo.png"),
        (png() + b"\x00" * 524_288, "512 KB"),
    ],
    ids=["none", "jpeg", "gif", "svg", "pdf", "text", "small", "large", "cut", "more", "heavy"],
)
def test_a_refusal_says_what_is_wrong(partners: Iterator[Person], content: bytes, words: str) -> None:
    page = upload(next(partners), content)
    if words == "Choose a logo":
        assert not was_taken(page)
    else:
        assert page.status == 422 and words in page.text, page.text[:600]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../../x.php", "text/html"),
        ("logo", ""),
        ('a"b.png', "image/png"),
        ("логотип.png", "application/x"),
        ("x" * 300, "image/png"),
    ],
)
def test_the_name_and_type_of_the_file_have_no_influence(
    partners: Iterator[Person], name: str, kind: str
) -> None:
    page = upload(next(partners), png(), name, kind)
    assert was_taken(page)
    assert "../" not in page.text


@pytest.fixture(scope="module")
def shown(standard: Tenant) -> tuple[Application, str]:
    """An approved application and the address of its logo on the consent page."""
    application = standard.application("Pictured Ltd", approved=True)
    page = standard.customer().asked(application)
    found = re.search(r'src="([^"]*/logos/[^"]+\.png)"', page.source)
    assert found, "the consent page shows the logo"
    return application, found.group(1)


def test_a_logo_is_served_at_three_sizes_clean_and_for_ever(
    server: Server, shown: tuple[Application, str]
) -> None:
    for size in (64, 128, 256):
        answer = httpx.get(server.url + re.sub(r"/\d+\.png$", f"/{size}.png", shown[1]))
        assert answer.status_code == 200
        assert Image.open(io.BytesIO(answer.content)).size == (size, size)
        kinds = re.findall(
            rb"(IHDR|sRGB|PLTE|tRNS|IDAT|IEND|tEXt|zTXt|iTXt|eXIf|iCCP|gAMA|tIME|pHYs)", answer.content
        )
        assert set(kinds) <= {b"IHDR", b"sRGB", b"IDAT", b"IEND"}
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
        assert 'filename="logo.png"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "name",
    ["63.png", "0.png", "1024.png", "064.png", "64.PNG", "64.jpg", "64", "..%2f64.png", "64.png/", "-64.png"],
)
def test_other_names_beside_a_logo_do_not_exist(
    server: Server, shown: tuple[Application, str], name: str
) -> None:
    folder = shown[1].rsplit("/", 1)[0]
    assert httpx.get(f"{server.url}{folder}/{name}").status_code in {400, 404}
    assert httpx.get(f"{server.url}/t/standard/logos/{'0' * 64}/64.png").status_code == 404


def decoders(process: int) -> list[int]:
    """What a process has started and not buried yet."""
    children = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for file in children for child in file.read_text().split()]


def decoding(server: Server) -> list[int]:
    """The copies that decode a picture at this moment; none where one went while it was looked at."""
    assert server.process
    with suppress(OSError):
        copies = [copy for each in decoders(server.process.pid) for copy in decoders(each)]
        return [copy for copy in copies if may_open_nothing(copy)]
    return []


def may_open_nothing(process: int) -> bool:
    return re.search(r"Max open files +0 ", limits(process)) is not None


def is_waiting(copy: int) -> bool:
    """Whether it has given up what it does not need to wait for a picture, and sleeps."""
    with suppress(OSError):
        is_confined = "Max cpu time              2 " in limits(copy) and not may_open_nothing(copy)
        return is_confined and ") S " in Path(f"/proc/{copy}/stat").read_text()
    return False


def limits(process: int) -> str:
    return Path(f"/proc/{process}/limits").read_text()


def is_over(process: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def ready_copies(process: int) -> list[int]:
    """The copies of a process that wait for the next picture and for the one after it."""

    def both() -> list[int]:
        waiting = [copy for copy in decoders(process) if is_waiting(copy)]
        return waiting if len(waiting) == 2 else []

    return until(both, pause=0)


def ready_decoders(server: Server, partner: Person) -> list[int]:
    """What waits to decode once a first picture has come."""
    assert was_taken(upload(partner, png()))
    assert server.process
    ready = decoders(server.process.pid)
    assert ready
    return ready


def large() -> bytes:
    """What takes a while, and is under 512 KB."""
    picture = Image.effect_mandelbrot((2048, 2048), (-2, -1.5, 1, 1.5), 40).quantize(16).convert("RGBA")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def test_a_picture_that_brings_the_decoder_down_costs_its_own_upload(
    server: Server, partners: Iterator[Person]
) -> None:
    ready = ready_decoders(server, next(partners))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(upload, next(partners), large())
        copy = until(lambda: decoding(server), pause=0)[0]
        os.kill(copy, signal.SIGSTOP)
        assert re.search(r"Max cpu time +2 ", limits(copy))
        assert re.search(r"Max file size +0 ", limits(copy))
        mapped = int(Path(f"/proc/{ready[0]}/statm").read_text().split()[0]) * resource.getpagesize()
        most = re.search(r"Max address space +(\d+)", limits(copy))
        assert most and int(most[1]) - mapped <= 128 << 20
        os.kill(copy, signal.SIGKILL)
        assert answer.result().status == 503
    assert was_taken(upload(next(partners), large()))


def test_where_the_process_that_is_kept_ready_is_gone_or_hangs_another_takes_its_place(
    server: Server, partners: Iterator[Person]
) -> None:
    for process in ready_decoders(server, next(partners)):
        waiting = ready_copies(process)
        os.kill(process, signal.SIGKILL)
        for gone in (process, *waiting):
            until(lambda gone=gone: is_over(gone))
    for process in ready_decoders(server, next(partners)):
        for copy in ready_copies(process):
            os.kill(copy, signal.SIGSTOP)
    assert upload(next(partners), png()).status == 503
    assert was_taken(upload(next(partners), png()))


def test_the_process_that_decodes_has_nothing_in_it_that_speaks_to_others(
    server: Server, partners: Iterator[Person]
) -> None:
    for process in ready_decoders(server, next(partners)):
        mapped = Path(f"/proc/{process}/maps").read_text()
        assert "libpng" in mapped
        assert not re.findall(r"lib(?:curl|pq|ssl|ldap|krb5|ssh2)\b", mapped)


def test_an_upload_of_100_mib_is_refused_before_it_is_read(server: Server, standard: Tenant) -> None:
    cookie = standard.partner().cookie()
    head = (
        f"POST /t/standard/applications/preview HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {100 << 20}\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head.encode())
        connection.settimeout(0.05)
        answer = b""
        while b"\r\n\r\n" not in answer and sent <= 1 << 20:
            try:
                answer += connection.recv(4096)
            except TimeoutError:
                sent += connection.send(b"x" * 65536)
    assert answer.split(b" ")[1] == b"413"
    assert sent <= 1 << 20


def test_a_logo_of_the_operator_follows_the_same_rules(standard: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "small.png"
    file.write_bytes(png((32, 32)))
    owner = standard.partner(signed_in=False)
    refused = standard.server.command(
        "app",
        "add",
        "--tenant",
        "standard",
        "--owner",
        owner.email,
        "--name",
        "Small Ltd",
        "--logo",
        str(file),
        "--json",
    )
    assert refused.returncode == 1 and "32 × 32" in refused.stderr
