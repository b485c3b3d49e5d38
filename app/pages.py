"""The built web pages: hashed assets for ever, `index.html` for every address of the single-page app."""

import html
import mimetypes
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

WEB_DIST = Path(__file__).resolve().parent.parent / "web" / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_CODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The best first."""


def build_router(dist: Path, authority_file: Path | None, time_zone: str) -> APIRouter:
    """Add it last: it answers every GET that no other route took.

    `time_zone`: by whose clock the pages show times, a name of the IANA database.
    `authority_file`: the certificate of the local authority that a school installs, None without one.
    """
    root = dist.resolve()
    router = APIRouter(include_in_schema=False)

    @router.get("/tongtang-ca.crt")
    def get_authority() -> Response:
        if authority_file is None or not authority_file.is_file():
            return PlainTextResponse("This server has no certificate authority of its own.", 404)
        return FileResponse(
            authority_file, media_type="application/x-x509-ca-cert", filename="tongtang-ca.crt"
        )

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    def get_page(request: Request, path: str) -> Response:
        if path.startswith("api/"):
            return PlainTextResponse("There is nothing at this address.", 404)
        file = (root / path).resolve()
        if file.is_relative_to(root) and file.is_file() and file.name != "index.html":
            cache = _FOREVER if file.is_relative_to(root / "assets") else "no-cache"
            return _compressed(request, file, cache)
        if path.startswith("assets/"):
            return PlainTextResponse("There is nothing at this address.", 404)
        if not (root / "index.html").is_file():
            return PlainTextResponse("The pages are not built yet: run `make run` once.", 503)
        return _page(root / "index.html", time_zone)

    return router


def _page(file: Path, time_zone: str) -> Response:
    """`index.html` with what the pages have to know before they ask for anything."""
    empty, filled = (f'name="time-zone" content="{one}"' for one in ("", html.escape(time_zone)))
    page = file.read_text().replace(empty, filled, 1)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


def _compressed(request: Request, file: Path, cache: str) -> Response:
    """The file as the build compressed it, in the best way that the client takes (RFC 9110, 12.5.3)."""
    headers = {"Cache-Control": cache}
    taken = {
        coding.strip()
        for coding, _, weight in (
            one.partition(";") for one in request.headers.get("accept-encoding", "").split(",")
        )
        if weight.replace(" ", "") not in ("q=0", "q=0.0")
    }
    for coding, suffix in _CODINGS:
        smaller = file.with_name(file.name + suffix)
        if smaller.is_file():
            headers["Vary"] = "Accept-Encoding"
            if coding in taken:
                headers["Content-Encoding"] = coding
                media_type, _ = mimetypes.guess_type(file.name)
                return FileResponse(smaller, media_type=media_type, headers=headers)
    return FileResponse(file, headers=headers)
