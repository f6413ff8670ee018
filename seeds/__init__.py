"""Content packs: the YAML files of this folder, their checker and their loader.

A pack passes through the create schemas that the API's own bodies pass through, so a rule about
quotes is written once.
"""
