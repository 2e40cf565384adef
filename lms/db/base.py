"""The declarative base, speaking constraint names, and the column types that keep time and points honest."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Enum, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import JSON, TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment; naive values are refused, what comes back is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite keeps UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment must not be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Points(TypeDecorator[Decimal]):
    """Points with two decimals, kept as a scaled integer, because SQLite would turn Numeric into a float."""

    impl = BigInteger
    cache_ok = True
    _SCALE = Decimal(100)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Scale up; more than two decimals are refused."""
        if value is None:
            return None
        scaled = value * self._SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"points have at most two decimals: {value}")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Scale down to a Decimal."""
        return None if value is None else Decimal(value) / self._SCALE


class Base(DeclarativeBase):
    """Every table of the house."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UTCDateTime(), Decimal: Points(), dict[str, Any]: JSON(), list[Any]: JSON()},
    )


def enum_type(enum: type[StrEnum], *, name: str) -> Enum:
    """A column type that stores the values of a StrEnum as text, with a CHECK the database enforces."""
    return Enum(
        enum, name=name, native_enum=False, create_constraint=True, length=40, values_callable=lambda e: [m.value for m in e]
    )
