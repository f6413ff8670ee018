import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const themeMap = await client.films.themeMap("her-2013");
for (const cell of themeMap.cells) console.log(cell.scene, cell.theme, cell.weight);
