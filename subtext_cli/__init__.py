"""The command line, ``subtext``. It connects the application and the content packs."""
