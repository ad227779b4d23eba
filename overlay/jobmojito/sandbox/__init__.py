"""A local server that speaks the contract, for development and tests.

    from jobmojito import JobMojito
    from jobmojito.sandbox import Sandbox

    with Sandbox() as sandbox, JobMojito(sandbox.token, base_url=sandbox.base_url) as jm:
        ...

or `python -m jobmojito.sandbox --port 8000`. Needs the extra: `pip install 'jobmojito[sandbox]'`; without it the
names below raise an ImportError that says so. `README.md` beside this file is the manual: state, credits, faults.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

PACKAGES = ("fpdf", "jsonschema", "manimgx_fonts", "noto_cjk_sans_jp_regular", "paperang_p2_fonts_cjk",
            "python_multipart", "starlette", "uharfbuzz", "uvicorn")  # fmt: skip


def require() -> None:
    """Raise an ImportError that names the packages of the extra that are missing, and how to install them."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ImportError(f"the sandbox needs {', '.join(missing)}: pip install 'jobmojito[sandbox]'")


if TYPE_CHECKING:
    from .contract.document import ContractError
    from .faults import Fault
    from .http.application import App, create_app
    from .http.deliveries import Webhooks
    from .http.server import Sandbox, SandboxError
else:
    # Loaded at first use, so that `python -m jobmojito.sandbox` can say that the extra is missing.
    _HOMES = {
        "App": "http.application",
        "ContractError": "contract.document",
        "Fault": "faults",
        "Sandbox": "http.server",
        "SandboxError": "http.server",
        "Webhooks": "http.deliveries",
        "create_app": "http.application",
    }

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        require()
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = ["App", "ContractError", "Fault", "Sandbox", "SandboxError", "Webhooks", "create_app"]
