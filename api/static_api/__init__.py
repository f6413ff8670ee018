"""The static API: every published item, list and page at a path of its own, without query strings.

``layout`` says which path stands for which URL of the service, ``routes`` serves these paths, and ``export``
writes them as files. A file is what its path returns, so both have the same bytes.
"""
