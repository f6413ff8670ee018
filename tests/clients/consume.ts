// A program of a project that installed the tarball: it reads from a service that limits requests.

import { NotFoundError, Subtext, VERSION } from "@subtext/client";

const statuses: number[] = [];
const waits: number[] = [];
const client = new Subtext(process.argv[2]!, {
  fetch: async (...request) => {
    const response = await fetch(...request);
    statuses.push(response.status);
    return response;
  },
  sleep: (milliseconds) => {
    waits.push(milliseconds / 1000);
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  },
});

const quotes: string[] = [];
for await (const quote of client.quotes.list({ limit: 4 })) quotes.push(quote.id);
const films = [(await client.films.get("her-2013")).title, (await client.films.get("her-2013")).title];
const lengths: number[] = [];
for await (const quote of client.quotes.list({ fields: ["word_count"], limit: 100 })) lengths.push(quote.word_count);
const problem = await client.themes.get("nothing").catch((error: unknown) => {
  if (error instanceof NotFoundError) return error.detail;
  throw error;
});
console.log(JSON.stringify({ version: VERSION, quotes, films, lengths, problem, statuses, waits }));
