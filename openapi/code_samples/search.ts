import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const hit of client.search({ q: "love", type: ["quote", "scene"] })) {
  console.log(hit.type, hit.label);
}
