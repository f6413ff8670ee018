from subtext_client import Subtext

with Subtext("https://subtext.example") as client:
    theme_map = client.films.theme_map("her-2013")
    for cell in theme_map.cells:
        print(cell.scene, cell.theme, cell.weight)
