// The program of a user of the TypeScript client. It prints what it reads as JSON, for the tests to compare.

import { InvalidParametersError, NotFoundError, type SearchHit, Subtext } from "@subtext/client";

const VERDICT = "her-2013-a-wife-without-the-challenges";

/** Read a quote with its speaker and scene expanded, and the commentary that cites it. */
async function included(client: Subtext) {
  const quote = await client.quotes.get(VERDICT, { include: ["speaker", "scene", "commentary"] });
  return {
    kind: quote.kind,
    created: new Date(quote.created_at).getUTCFullYear(),
    description: quote.speaker?.description ?? null,
    position: quote.scene?.position ?? null,
    claims: (quote.commentary ?? []).map((claim) => claim.id),
  };
}

/** Describe a hit; the compiler knows the fields of each type, and that none is forgotten. */
function inWords(hit: SearchHit): string {
  switch (hit.type) {
    case "film":
      return `film ${hit.label}`;
    case "character":
      return `character of ${hit.film.label}`;
    case "theme":
      return `theme ${hit.label}`;
    case "scene":
      return `scene of ${hit.film.label}`;
    case "quote":
      return `${hit.kind} of ${hit.film.label}`;
    case "commentary":
      return `${hit.kind} on ${hit.film.label}`;
    default:
      return hit satisfies never;
  }
}

/** Request a few fields of items, in a list and alone. */
async function someFields(client: Subtext) {
  const list = client.quotes.list({ fields: ["text", "word_count"], sort: "-word_count", limit: 3 });
  const first = (await list.firstPage()).data[0]!;
  const alone = await client.quotes.get(VERDICT, { fields: "speaker", include: "commentary" });
  return [first.id, first.text, first.word_count, alone.speaker?.label, alone.commentary?.length];
}

/** Get the items that references and search hits refer to. */
async function followed(client: Subtext): Promise<Record<string, string>> {
  const quote = await client.quotes.get(VERDICT);
  if (!quote.speaker || !quote.scene) throw new Error("it has no speaker or scene");
  const items: { type: string; id: string; label: string }[] = [
    await client.follow(quote.speaker),
    await client.follow(quote.scene),
    await client.follow(quote.film),
  ];
  for (const theme of quote.themes) items.push(await client.follow(theme));
  let hits = 0;
  for await (const hit of client.search({ q: "love" })) {
    items.push(await client.follow(hit));
    if (++hits === 5) break;
  }
  return Object.fromEntries(items.map((item) => [`${item.type}/${item.id}`, item.label]));
}

/** Read the first two pages with facets and a total. */
async function pages(client: Subtext) {
  const sizes: number[] = [];
  let total: number | null = null;
  for await (const page of client.quotes.list({ facets: "kind", count: true, limit: 4 }).pages()) {
    if (!page.facets) throw new Error("it has no facets");
    sizes.push(page.data.length);
    total = page.page.total;
    if (sizes.length === 2) break;
  }
  return [sizes, total];
}

/** Request a list three times; return the statuses of the responses, which have equal items. */
async function conditional(url: string): Promise<number[]> {
  const statuses: number[] = [];
  const client = new Subtext(url, {
    fetch: async (...request) => {
      const response = await fetch(...request);
      statuses.push(response.status);
      return response;
    },
  });
  const lists = [];
  for (let i = 0; i < 3; i++) lists.push(JSON.stringify(await client.themes.list().firstPage()));
  if (new Set(lists).size !== 1) throw new Error("they differ");
  return statuses;
}

/** Request what does not exist, and what is not allowed. */
async function problems(client: Subtext) {
  const missing = await client.quotes.get("nobody-said-this").catch((error: unknown) => error);
  const refused = await client.quotes.list({ limit: 1000 }).toArray().catch((error: unknown) => error);
  if (!(missing instanceof NotFoundError)) throw new Error("it is there");
  if (!(refused instanceof InvalidParametersError)) throw new Error("it is allowed");
  return {
    missing: [missing.code, missing.status, missing.instance],
    refused: [refused.code, refused.status, ...refused.errors.map((one) => one.pointer)],
  };
}

async function ids(items: AsyncIterable<{ id: string }>): Promise<string[]> {
  const list: string[] = [];
  for await (const item of items) list.push(item.id);
  return list;
}

const url = process.argv[2] ?? "http://127.0.0.1:8000";
const client = new Subtext(url);
console.log(
  JSON.stringify({
    quotes: await ids(client.quotes.list({ limit: 7 })),
    aphorisms: await ids(client.quotes.list({ kind: "aphorism", limit: 7 })),
    include: await included(client),
    hits: Object.fromEntries((await client.search({ q: "love", limit: 5 }).toArray()).map((hit) => [hit.id, inWords(hit)])),
    fields: await someFields(client),
    followed: await followed(client),
    pages: await pages(client),
    random: (await client.quotes.random({ count: 2, seed: "same" })).map((quote) => quote.id),
    daily: (await client.quotes.daily({ date: "2026-11-24" })).id,
    nested: await ids(client.films.scenes("her-2013", { sort: "-position", limit: 3 })),
    related: (await client.themes.related("loneliness", { limit: 3 })).map((theme) => theme.id),
    bibtex: await client.quotes.getAs(VERDICT, { format: "bibtex" }),
    map: (await client.films.themeMap("her-2013")).film.id,
    version: (await client.meta()).version,
    statuses: await conditional(url),
    problems: await problems(client),
  }),
);
