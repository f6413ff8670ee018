import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const character of client.films.characters("her-2013")) {
  console.log(character.label);
}
