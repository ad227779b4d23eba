"""Whether the packages of the extra `sandbox` are installed."""

from importlib.util import find_spec

PACKAGES = ("jsonschema", "python_multipart", "starlette", "uvicorn")


def require() -> None:
    """Raise an ImportError that names what is missing and how to install it."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ImportError(f"the sandbox needs {', '.join(missing)}: pip install 'jobmojito[sandbox]'")
