"""Reading lists to their end: page by page, or item by item.

Which operations have pages is read from their declared tables: parameters `limit` and `offset`, and an answer with
`data` and `pagination`. While a page is being used, the next one is already asked for.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, closing
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeGuard, TypeVar

from jobmojito_api.codec import Model, Object, table_of
from jobmojito_api.resources import OPERATIONS, operation
from jobmojito_api.types import UNSET

from .errors import ConfigurationError
from .redaction import log

if TYPE_CHECKING:
    from jobmojito_api.calls import Operation

T = TypeVar("T")
Item_co = TypeVar("Item_co", covariant=True)

_SLACK: Final = 1000
"""Items beyond twice the first page's `total` at which a list is taken for endless."""

_MOST_PAGES: Final = 1000
"""Pages after which a list is taken for endless where the first one has no total."""


class Listing(Protocol[Item_co]):
    """What a page is: it has its items in `data`."""

    @property
    def data(self) -> Sequence[Item_co]:
        """The items of this page."""
        ...


def read_pages(method: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Generator[T]:
    """Read page after page; what is wrong with the method is found at once, before the first one is asked for."""
    return _pages(method, _start(method, kwargs), kwargs, args)


def read_items(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Generator[Any]:
    """Read every item of every page."""
    return _flat(read_pages(method, args, kwargs))


def read_pages_async(
    method: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AsyncGenerator[T]:
    """Read page after page; the next one is asked for in a task."""
    return _async_pages(method, _start(method, kwargs), kwargs, args)


def read_items_async(
    method: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AsyncGenerator[Any]:
    """Read every item of every page."""
    return _async_flat(read_pages_async(method, args, kwargs))


def _pages(
    method: Callable[..., T], cursor: PageCursor, arguments: dict[str, Any], positional: tuple[Any, ...]
) -> Generator[T]:
    page = method(*positional, **arguments)
    while cursor.takes(page):
        coming: Future[T] | None = None
        if cursor.goes_on:
            coming = _ahead(partial(method, *positional, **{**arguments, "offset": cursor.offset}))
        yield page
        if coming is None:
            return
        page = coming.result()


def _ahead(fetch: Callable[[], T]) -> Future[T]:
    """Fetch a page in a thread that nobody has to wait for: a program may end while it is under way."""
    coming: Future[T] = Future()

    def run() -> None:
        try:
            coming.set_result(fetch())
        except BaseException as error:  # noqa: BLE001 - raised where the page is asked for
            coming.set_exception(error)

    Thread(target=copy_context().run, args=(run,), name="jobmojito-pages", daemon=True).start()
    return coming


async def _async_pages(
    method: Callable[..., Awaitable[T]], cursor: PageCursor, arguments: dict[str, Any], positional: tuple[Any, ...]
) -> AsyncGenerator[T]:
    coming: asyncio.Future[T] | None = None
    try:
        page = await method(*positional, **arguments)
        while cursor.takes(page):
            if cursor.goes_on:
                coming = asyncio.ensure_future(method(*positional, **{**arguments, "offset": cursor.offset}))
            yield page
            if coming is None:
                return
            page, coming = await coming, None
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _flat(pages: Generator[Any]) -> Generator[Any]:
    with closing(pages):
        for page in pages:
            yield from _items(page)


async def _async_flat(pages: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    # Closed here and now, or leaving a loop would leave the page under way to the garbage collector.
    async with aclosing(pages):
        async for page in pages:
            for item in _items(page):
                yield item


class PageCursor:
    """Where reading stands, and whether it goes on: pure, and the same for both clients."""

    def __init__(self, name: str, offset: int) -> None:
        self._name = name
        self._last: Sequence[Any] = ()
        self._seen = self._pages = 0
        self._most = math.inf
        self.offset = offset
        self.goes_on = True

    def takes(self, page: object) -> bool:
        """Whether a page is a new one; sets where the next one begins and whether there is one.

        A list ends where the API says so. It also ends at an empty page, at a page that repeats the last one (the
        offset is not obeyed), and where far more came than the first page announced, or far too many pages where it
        announced no total: a `has_more` that never turns false must not be followed for ever.
        """
        items = _items(page)
        if items and items == self._last:
            self._stop("the API gave the same page again")
            return False
        self._last = items
        self._seen += len(items)
        self.offset += len(items)
        paging = getattr(page, "pagination", None)
        self.goes_on = bool(items) and self._has_more(paging)
        if self._is_endless(paging) and self.goes_on:
            self._stop("the API announces more than it has")
        return True

    def _has_more(self, paging: object) -> bool:
        """Ask the answer; where its `has_more` is no flag, its total; where that is no number, the next page."""
        more, total = getattr(paging, "has_more", None), getattr(paging, "total", None)
        if isinstance(more, bool):
            return more
        return not _is_count(total) or self.offset < total

    def _is_endless(self, paging: object) -> bool:
        """Compare with what the first page announced."""
        total = getattr(paging, "total", None)
        self._pages += 1
        if self._pages == 1 and _is_count(total):
            self._most = 2 * total + _SLACK
        return self._seen > self._most or (self._most == math.inf and self._pages >= _MOST_PAGES)

    def _stop(self, reason: str) -> None:
        self.goes_on = False
        log.warning("%s: reading stopped after %d items: %s", self._name, self._seen, reason)


def _items(page: object) -> Sequence[Any]:
    """Give a page's items; none where the answer departs from the contract and has no list."""
    data = getattr(page, "data", None)
    return data if isinstance(data, list) else []


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _start(method: Callable[..., object], arguments: dict[str, Any]) -> PageCursor:
    """Check that a method has pages, before anything is sent."""
    name = getattr(method, "__name__", "")
    if name not in OPERATIONS or not is_paged(operation(name)):
        raise ConfigurationError(f"{name or 'this'} has no pages; those that have: {', '.join(paged_operations())}")
    offset = arguments.get("offset", UNSET)
    return PageCursor(name, offset if isinstance(offset, int) else 0)


def paged_operations() -> list[str]:
    """Name the operations that have pages, by the contract."""
    return [name for name in OPERATIONS if is_paged(operation(name))]


def is_paged(declared: Operation[Any]) -> bool:
    """Tell whether an operation takes `limit` and `offset` and answers with `data` and `pagination`."""
    parameters = {parameter.attribute for parameter in declared.parameters}
    if not isinstance(declared.success, Object) or not {"limit", "offset"} <= parameters:
        return False
    model: type[Model] = declared.success.python
    return {"data", "pagination"} <= {field.name for field in table_of(model).fields}
