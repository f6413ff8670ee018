"""Content packs: the YAML files in this folder, their checker and their loader.

Entries are validated with the same create schemas as request bodies, so each rule is written once.
"""
