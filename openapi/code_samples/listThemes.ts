import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const theme of client.themes.list({ limit: 100 })) {
  console.log(theme.id, theme.name);
}
