"""One test that tries many cases: cheaper than a parametrised one, and a failure still names its case."""

import inspect
from functools import wraps


def each(names, values, ids=None):
    """Run a test once for each of the values, as ``pytest.mark.parametrize`` would, but as a single test.

    Every case runs, whatever became of those before it; what failed is raised with the case as a note, several
    failures as an ``ExceptionGroup``. Fixtures are set up once for all cases: a test whose fixtures must be new
    for each case is parametrised instead. Above a class it holds for each of the tests in it.
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
                    shown = ids(case[names[0]]) if callable(ids) else None
                    failure.add_note(
                        f"case {number}: {shown or ', '.join(f'{name}={value!r}' for name, value in case.items())}"
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
