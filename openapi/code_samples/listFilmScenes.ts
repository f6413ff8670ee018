import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const scene of client.films.scenes("her-2013")) {
  console.log(scene.position, scene.title);
}
