"""How kernels are compiled: one source, no Python objects, the interpreter's lock released.

Every kernel is a plain function of numbers and of the record of a run (see `tables`). Python calls one of them, the
entrance; it is compiled for the core and for full networks, never for a scenario. With NUMBA_DISABLE_JIT=1 in the
environment all of them run as they stand, which is how their indices are checked (see `checked`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numba

_njit: Any = numba.njit
UNCOMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")

_INNER: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""No exception is ever raised inside, nothing is allocated, and only kernels call kernels: no wrappers for Python."""

kernel = _njit(**_INNER)
"""A function that kernels call."""

inlined = _njit(**_INNER, forceinline=True)
"""A small one that is put where it is called."""

entrance = _njit(nogil=True, error_model="numpy")
"""The kernel that Python calls."""


def shared(function: Callable[..., Any], *, inline: bool = False, **helpers: Any) -> Any:
    """Compile a plain function of the machine, so that both engines have one source of numbers.

    Parameters
    ----------
    function : callable
        Written in the part of Python that both understand.
    inline : bool
        Put it where it is called.
    **helpers : callable
        Compiled versions of the functions it calls.
    """
    f: Any = function
    bound = FunctionType(f.__code__, {**f.__globals__, **helpers}, f.__name__, f.__defaults__, f.__closure__)
    return _njit(bound, **_INNER, forceinline=inline)


def _needed_by(library: Any) -> list[Any]:
    """All that the code of a library calls, of each one; a part has nothing of it in it, any other all."""
    found: dict[Any, None] = {}
    waiting = list(library._linking_libraries)
    while waiting:
        part = waiting.pop()
        if part not in found:
            found[part] = None
            if getattr(part, "alone", False):
                waiting += part._linking_libraries
    return list(found)


@contextmanager
def as_one_module(name: str) -> Iterator[None]:
    """Compile the kernels that the one called `name` needs as parts of it.

    Numba optimises every function together with all it calls, and again inside each of its callers, which takes minutes
    for a hundred kernels in layers. Here every part waits as it is until the whole is put together, of each one copy,
    and optimised once. Where a later Numba has other insides this does nothing but cost time.
    """
    try:
        import llvmlite.binding as llvm
        from numba.core.codegen import JITCodeLibrary
        from numba.core.compiler_lock import global_compiler_lock
        from numba.core.registry import cpu_target

        codegen = cpu_target.target_context.codegen()
        for needed in ("_library_class", "set_env", "_engine"):
            getattr(codegen, needed)
        for needed in ("_optimize_functions", "_optimize_final_module", "finalize", "_finalize_dynamic_globals"):
            getattr(JITCodeLibrary, needed)
    except (ImportError, AttributeError):  # pragma: no cover - another Numba
        yield
        return

    class Part(JITCodeLibrary):
        """Code that is put into the entrance's module and is never run by itself."""

        alone = True

        @property
        def whole(self) -> bool:
            return name in self.name

        def _optimize_functions(self, module: Any) -> None:
            if self.whole:
                super()._optimize_functions(module)
            else:
                module.data_layout = self._codegen._data_layout

        def _optimize_final_module(self) -> None:
            if self.whole:
                for function in self._final_module.functions:
                    if not function.is_declaration and name not in function.name:
                        function.linkage = llvm.Linkage.internal
                super()._optimize_final_module()

        def finalize(self) -> None:
            if not self.whole:
                self._finalize_dynamic_globals()
                self._finalized = True
                return
            self._linking_libraries = _needed_by(self)
            super().finalize()

        def _get_module_for_linking(self) -> Any:
            module = super()._get_module_for_linking()
            if codegen._library_class is not Part:  # Numba's own code for a built-in function, wanted by somebody else
                module = module.clone()
                for part in _needed_by(self):
                    module.link_in(part._get_module_for_linking(), preserve=True)
            return module

        def get_pointer_to_function(self, symbol: str) -> int:
            return int(super().get_pointer_to_function(symbol)) if self.whole else 0

    with global_compiler_lock:  # of Numba: another thread that compiles waits, and only then looks what to put back
        plain, set_env, engine = codegen._library_class, codegen.set_env, codegen._engine

        def set_env_of_whole(symbol: str, env: Any) -> None:
            if engine.is_symbol_defined(symbol):
                set_env(symbol, env)

        codegen._library_class, codegen.set_env = Part, set_env_of_whole
        try:
            yield
        finally:
            codegen._library_class = plain
            del codegen.set_env
