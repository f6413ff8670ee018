"""Many cases in one pytest item: faster than a parametrised test, and each failure still names its case."""

import inspect
from functools import wraps


def each(names, values, ids=None):
    """Run a test once for each value, like ``pytest.mark.parametrize``, but as a single pytest item.

    Every case runs, even after an earlier one fails. A failure has a note that names its case; several failures
    are raised as an ``ExceptionGroup``. Fixtures are set up once for all cases, so use ``parametrize`` for a test
    that needs new fixtures for each case. Applied to a class, the decorator applies to each of its tests.
    """
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    cases = [dict(zip(names, value if len(names) > 1 else (value,), strict=True)) for value in values]

    def decorate(test):
        if inspect.isclass(test):
            for name, method in list(vars(test).items()):
                if name.startswith("test_"):
                    setattr(test, name, decorate(method))
            return test

        @wraps(test)
        def run_all(*args, **kwargs):
            failures = []
            for number, case in enumerate(cases):
                try:
                    test(*args, **kwargs, **case)
                except Exception as failure:
                    label = ids(case[names[0]]) if callable(ids) else None
                    failure.add_note(
                        f"case {number}: {label or ', '.join(f'{name}={value!r}' for name, value in case.items())}"
                    )
                    failures.append(failure)
            if len(failures) == 1:
                raise failures[0]
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(cases)} cases failed", failures)

        signature = inspect.signature(test)
        others = [parameter for name, parameter in signature.parameters.items() if name not in names]
        run_all.__signature__ = signature.replace(parameters=others)
        return run_all

    assert cases, f"{names}: no cases"
    return decorate
