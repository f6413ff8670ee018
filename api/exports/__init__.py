"""Exports: the public content as files, in formats for programs and for people, as of one state.

Each format streams what the database returns, so that an export of any size needs the same memory. Snapshots
are exports that the service offers for download.
"""
