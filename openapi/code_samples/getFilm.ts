import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const film = await client.films.get("her-2013");
console.log(film.title, film.synopsis);
