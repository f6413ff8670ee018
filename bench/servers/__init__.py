"""The servers that are compared: each started on a free port, and stopped by its process id."""
