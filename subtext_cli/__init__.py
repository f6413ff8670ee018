"""The command line, ``subtext``: it joins the application and the content packs."""
