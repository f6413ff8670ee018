from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    for theme in client.themes.list(limit=100):
        print(theme.id, theme.name)
