"""Asks the app whether it is ready, without an HTTP library."""

import asyncio
import json
from typing import Any

TIMEOUT_S = 3.0
MAX_ANSWER_BYTES = 65_536


async def get_json(host: str, port: int, path: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of `GET path`; an answer that is no object gives {}. Raises OSError or TimeoutError."""
    async with asyncio.timeout(TIMEOUT_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            answer = await reader.read(MAX_ANSWER_BYTES)
            while chunk := await reader.read(MAX_ANSWER_BYTES - len(answer)):
                answer += chunk
        finally:
            writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        status = int(head.split(b" ", 2)[1])
        value = json.loads(body)
    except (IndexError, ValueError):
        return 0, {}
    return status, value if isinstance(value, dict) else {}
