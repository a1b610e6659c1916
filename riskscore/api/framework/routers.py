"""Addresses of viewsets, each with and without the slash at the end that people type."""

from typing import Any

from django.urls import URLPattern, URLResolver
from rest_framework.routers import Route, SimpleRouter
from rest_framework.viewsets import ViewSetMixin


class Router(SimpleRouter):
    """DRF's router by path converters. A viewset with `lookup_field = ""` is one thing by itself:
    its prefix is the address that retrieves and changes it."""

    routes = [
        *SimpleRouter.routes,
        Route(
            url="^{prefix}{trailing_slash}$",
            mapping={
                "get": "retrieve",
                "put": "update",
                "patch": "partial_update",
                "delete": "destroy",
            },
            name="{basename}-only",
            detail=True,
            initkwargs={"suffix": "Only"},
        ),
    ]

    def __init__(self, *, trailing_slash: bool = False) -> None:
        super().__init__(trailing_slash=trailing_slash, use_regex_path=False)

    def add(self, address: str, viewset: type[ViewSetMixin]) -> None:
        """The addresses of a viewset, named by it: `Document` is `document-only`."""
        self.register(address, viewset, viewset.__name__.removesuffix("ViewSet").lower())

    def get_routes(self, viewset: Any) -> list[Route]:
        """Those of a list and its items; or those of what is one thing by itself."""
        single = viewset.lookup_field == ""
        found = super().get_routes(viewset)
        return [route for route in found if _fits(route, single=single)]

    @property
    def with_slashes(self) -> list[URLPattern | URLResolver]:
        """The addresses as written, and with a slash at the end."""
        other = Router(trailing_slash=True)
        other.registry = self.registry
        return [*self.get_urls(), *other.get_urls()]


def _fits(route: Route, *, single: bool) -> bool:
    only = route.name.endswith("-only")
    if "-list" in route.name or "-detail" in route.name or only:
        return only == single
    return True
