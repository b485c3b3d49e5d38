"""The built web pages: hashed assets for ever, `index.html` for every address of the single-page app."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response

WEB_DIST = Path(__file__).resolve().parent.parent / "web" / "dist"
_FOREVER = "public, max-age=31536000, immutable"


def build_router(dist: Path, authority_file: Path | None) -> APIRouter:
    """Add it last: it answers every GET that no other route took.

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
    def get_page(path: str) -> Response:
        if path.startswith("api/"):
            return PlainTextResponse("There is nothing at this address.", 404)
        file = (root / path).resolve()
        if file.is_relative_to(root) and file.is_file() and file.name != "index.html":
            cache = _FOREVER if file.is_relative_to(root / "assets") else "no-cache"
            return FileResponse(file, headers={"Cache-Control": cache})
        if path.startswith("assets/"):
            return PlainTextResponse("There is nothing at this address.", 404)
        if not (root / "index.html").is_file():
            return PlainTextResponse("The pages are not built yet: run `make run` once.", 503)
        return FileResponse(root / "index.html", headers={"Cache-Control": "no-cache"})

    return router
