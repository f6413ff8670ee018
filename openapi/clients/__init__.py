"""The clients: hand-written packages in ``python/`` and ``typescript/``, and what generates the rest of them.

Modules that ``python/backend.py`` needs import one another relatively: pip builds that package from a
checkout, without the other dependencies of the repository.
"""
