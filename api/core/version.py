"""The release: what the document calls its version, the package its own, and ``/v1/meta`` the release.

It is raised as semantic versioning says, and seen from clients of the API: its first number is that of
the path, ``/v1``. The build reads it without running it, so it stays a plain constant.
"""

VERSION = "1.0.0"
