"""What AWS does and moto does not. One file per behaviour; its docstring names the AWS documentation it follows.

An extension is a function put into one of moto's classes:

    @adds_to(AutoScalingResponse)              a call moto does not know
    def start_instance_refresh(self): ...

    @replaces(Route53Backend)                  a call moto answers otherwise than AWS; the first argument is moto's own
    def create_hosted_zone(moto, self, *args): ...

Both refuse to work on a moto they were not written for, so that a new moto that has learned a call, or renamed it,
is noticed when the server starts.
"""

import functools
import importlib
import pkgutil
from types import ModuleType


def adds_to(target: type):
    """Adds the function to a class of moto's. Raises TypeError if moto has it already."""

    def add(function):
        if hasattr(target, function.__name__):
            raise TypeError(f"moto has {target.__name__}.{function.__name__} now: remove it from {function.__module__}")
        setattr(target, function.__name__, function)
        return function

    return add


def replaces(target: type | ModuleType):
    """Puts the function in place of moto's, which it gets as first argument. Raises TypeError if moto has none."""

    def replace(function):
        moto = getattr(target, function.__name__, None)
        if moto is None:
            raise TypeError(f"moto has no {target.__name__}.{function.__name__} any more: see {function.__module__}")

        @functools.wraps(function)
        def replacement(*args, **kwargs):
            return function(moto, *args, **kwargs)

        setattr(target, function.__name__, replacement)
        return replacement

    return replace


def load(package: ModuleType) -> None:
    """Imports every module of a package, which puts it into effect."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
