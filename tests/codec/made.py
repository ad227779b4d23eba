"""Models that a test declares for itself."""

from __future__ import annotations

from typing import Any

from jobmojito_api.codec import Field, Model, Object, Table, Type


class Given(Object):
    """A model that is given, not looked up by its name."""

    def __init__(self, model: type[Model]) -> None:
        """Keep the model."""
        super().__init__(model.__name__)
        self.__dict__["python"] = model


def model(title: str, /, **types: Type[Any]) -> type[Model]:
    """Make a model of properties whose attributes are called as they are."""
    return type(title, (Model,), {"_table": Table(*(Field(one, one, type_) for one, type_ in types.items()))})
