"""What a base class leaves to those who fill it in: methods, which Python itself asks for, and plain values."""

import inspect


class LeftOut(TypeError):
    """A class does not say what its base wants to be told."""


def check(filled: object, *, base: type) -> None:
    """See, where something is registered, that it has every value that its base declares and does not give.

    Of abstract methods none can be missing, since there would be no object. Raises LeftOut.
    """
    missing = [name for name in inspect.get_annotations(base) if not hasattr(filled, name)]
    if missing:
        raise LeftOut(f"{type(filled).__name__} leaves out {', '.join(missing)} of {base.__name__}")
