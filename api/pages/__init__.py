"""HTML pages: home, films, scenes, themes, quotes, search, the embed gallery, feeds and documentation."""
