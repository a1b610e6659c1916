"""Which publishers and tables there are: every module beside this one that declares a SOURCE."""

import importlib
import pkgutil
from types import ModuleType

from riskscore.sources import ownership, publishers, registers, tables


def discover() -> dict[str, ModuleType]:
    """Every publisher and table that declares a SOURCE, by the source's code."""
    modules = (
        importlib.import_module(result.name)
        for package in (publishers, registers, tables, ownership)
        for result in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    )
    return {module.SOURCE.code: module for module in modules if hasattr(module, "SOURCE")}
