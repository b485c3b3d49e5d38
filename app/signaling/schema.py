"""The wire contract as one JSON Schema: the source of the TypeScript types and of `docs/protocol.md`'s test."""

from typing import Any

from pydantic.json_schema import models_json_schema

from app.signaling.descriptions import field_descriptions
from app.signaling.messages import (
    CLIENT_MESSAGES,
    PROTOCOL_VERSION,
    SERVER_MESSAGES,
    SOURCES,
    Message,
)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def signaling_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of all messages under `$defs`, with the unions `ClientMessage` and `ServerMessage`.

    Exported in serialization mode, so that `type` is required everywhere and TypeScript unions narrow. Only
    definitions carry a title: a titled field would become a type of its own.
    """
    models = (*CLIENT_MESSAGES, *SERVER_MESSAGES)
    _, document = models_json_schema([(model, "serialization") for model in models])
    defs: dict[str, Any] = {name: _tidy(schema) for name, schema in document["$defs"].items()}
    described = field_descriptions()
    for name in defs.keys() & described.keys():
        for field, text in described[name].items():
            defs[name]["properties"][field]["description"] = text
    defs["ClientMessage"] = _union(CLIENT_MESSAGES)
    defs["ServerMessage"] = _union(SERVER_MESSAGES)
    return {
        "$schema": _DIALECT,
        "title": "SignalingMessage",
        "x-protocol-version": PROTOCOL_VERSION,
        "anyOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": dict(sorted(defs.items())),
    }


def _union(models: tuple[type[Message], ...]) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models]}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """One definition without titles (its key names it) and with closed maps spelled out as properties."""
    tidy = {key: value for key, value in schema.items() if key != "title"}
    if "properties" in tidy:
        tidy["properties"] = {
            name: _spell_out(_tidy(field)) for name, field in tidy["properties"].items()
        }
    return tidy


def _spell_out(field: dict[str, Any]) -> dict[str, Any]:
    """A map whose keys are source names as an object of optional properties, so that types know the keys."""
    if field.get("propertyNames") != {"$ref": "#/$defs/SourceName"}:
        return field
    value = field["additionalProperties"]
    rest = {k: v for k, v in field.items() if k != "propertyNames"}
    return {**rest, "properties": dict.fromkeys(SOURCES, value), "additionalProperties": False}
