"""What the wire contract says of its fields, read from the source of the messages.

Pydantic would read it whenever a process starts, which takes half as long as making the messages.
"""

import ast
import inspect
from textwrap import dedent

from app.signaling.messages import Message


def field_descriptions() -> dict[str, dict[str, str]]:
    """Of each message and what messages are made of, by the class's name: the text below a field, by its name."""
    return {model.__name__: _of_fields(model) for model in _below(Message)}


def _below(model: type[Message]) -> list[type[Message]]:
    return [one for child in model.__subclasses__() for one in (child, *_below(child))]


def _of_fields(model: type[Message]) -> dict[str, str]:
    """A class has what its bases say, until it says otherwise."""
    described: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base is not Message and issubclass(base, Message):
            described |= _below_fields(base)
    return described


def _below_fields(model: type[Message]) -> dict[str, str]:
    (found,) = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(found, ast.ClassDef), "the source of a class is one"
    described = {}
    for field, below in zip(found.body, found.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                described[name] = inspect.cleandoc(text)
    return described
