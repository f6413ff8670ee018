import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const character = await client.characters.get("her-2013-samantha");
console.log(character.label, character.description);
