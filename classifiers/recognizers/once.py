"""A property that is worked out when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):  # a decorator, in small letters like property
    """`functools.cached_property` without its lock, which Python 3.12 dropped: traits of a text ask for many of them,
    and no text is read by two threads."""

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, one: None, owner: type | None = None) -> once[Value]: ...

    @overload
    def __get__(self, one: object, owner: type | None = None) -> Value: ...

    def __get__(self, one: object | None, owner: type | None = None) -> once[Value] | Value:
        if one is None:
            return self
        # Found in the object itself from now on.
        value = one.__dict__[self.name] = self.work(one)
        return value
