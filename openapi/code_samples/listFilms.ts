import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const film of client.films.list({ sort: "-release_year" })) {
  console.log(film.title, film.release_year);
}
