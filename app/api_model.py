"""What is written as JSON: answers, what is asked for, and what is kept in that shape. Knows nothing of HTTP."""

from pydantic import BaseModel, ConfigDict


class ApiModel(BaseModel):
    """Base of request and response bodies."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )
