"""The base of every piece of a resolved scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of everything in a resolved scenario: frozen, strict about names, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Give a copy with other values; what was computed from the old ones (cached properties) is forgotten."""
        made = super().model_copy(update=update, deep=deep)
        if update:
            for name in made.__dict__.keys() - type(self).model_fields.keys():
                del made.__dict__[name]
        return made
