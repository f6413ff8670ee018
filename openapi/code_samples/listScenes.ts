import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const scene of client.scenes.list({ character: "her-2013-samantha", presence: "voice" })) {
  console.log(scene.title);
}
