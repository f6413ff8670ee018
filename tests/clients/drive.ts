// The program of a user of the TypeScript client. It prints what it reads as JSON, for the tests to compare.

import { createSubtext, type Quote, type QuoteField, type QuoteKind, type SearchHit, type Subtext } from "subtext-client";

const VERDICT = "her-2013-a-wife-without-the-challenges";

/** Yield the items of every page, by the cursor of the next one. */
async function* everyQuote(subtext: Subtext, kind?: QuoteKind[]): AsyncGenerator<Quote> {
  let cursor: string | undefined;
  do {
    const { data, error } = await subtext.GET("/v1/quotes", { params: { query: { kind, limit: 7, cursor } } });
    if (error) throw new Error(error.detail);
    yield* data.data;
    cursor = data.page.next_cursor ?? undefined;
  } while (cursor);
}

async function ids(quotes: AsyncGenerator<Quote>): Promise<string[]> {
  const list: string[] = [];
  for await (const quote of quotes) list.push(quote.id);
  return list;
}

/** Read a quote with its speaker and scene expanded, and the commentary that cites it. */
async function included(subtext: Subtext) {
  const { data, error } = await subtext.GET("/v1/quotes/{quote_id}", {
    params: { path: { quote_id: VERDICT }, query: { include: ["speaker", "scene", "commentary"] } },
  });
  if (error) throw new Error(error.detail);
  return {
    kind: data.kind,
    created: new Date(data.created_at).getUTCFullYear(),
    description: data.speaker?.description ?? null,
    position: data.scene?.position ?? null,
    claims: (data.commentary ?? []).map((claim) => claim.id),
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

/** Search everything. */
async function hits(subtext: Subtext): Promise<Record<string, string>> {
  const { data, error } = await subtext.GET("/v1/search", { params: { query: { q: "love", limit: 50 } } });
  if (error) throw new Error(error.detail);
  return Object.fromEntries(data.data.map((hit) => [hit.id, inWords(hit)]));
}

/** Read one field of a quote and of a list of quotes. */
async function sparse(subtext: Subtext) {
  const fields: QuoteField[] = ["word_count"];
  const quote = await subtext.GET("/v1/quotes/{quote_id}", {
    params: { path: { quote_id: VERDICT }, query: { fields } },
  });
  const quotes = await subtext.GET("/v1/quotes", { params: { query: { fields, limit: 3 } } });
  if (quote.error || quotes.error) throw new Error("no quotes");
  const counts = quotes.data.data.map((one) => one.word_count);
  return [quote.data.id, quote.data.word_count, quote.data.text === undefined, counts];
}

/** Request a list, and again with the ETag of the response; return both statuses. */
async function conditional(subtext: Subtext): Promise<number[]> {
  const first = await subtext.GET("/v1/quotes");
  const tag = first.response.headers.get("ETag") ?? undefined;
  const again = await subtext.GET("/v1/quotes", { params: { header: { "If-None-Match": tag } } });
  return [first.response.status, again.response.status];
}

/** Request what does not exist, and what is not allowed. */
async function problems(subtext: Subtext) {
  const missing = await subtext.GET("/v1/quotes/{quote_id}", { params: { path: { quote_id: "nobody-said-this" } } });
  const refused = await subtext.GET("/v1/quotes", { params: { query: { limit: 1000 } } });
  if (missing.error?.code !== "not-found") throw new Error("it is there");
  if (refused.error?.code !== "invalid-parameters") throw new Error("it is allowed");
  return {
    missing: [missing.error.code, missing.error.status, missing.error.instance],
    refused: [refused.error.code, refused.error.status, ...refused.error.errors.map((one) => one.pointer)],
  };
}

const subtext = createSubtext(process.argv[2] ?? "http://127.0.0.1:8000");
console.log(
  JSON.stringify({
    quotes: await ids(everyQuote(subtext)),
    aphorisms: await ids(everyQuote(subtext, ["aphorism"])),
    include: await included(subtext),
    hits: await hits(subtext),
    sparse: await sparse(subtext),
    statuses: await conditional(subtext),
    problems: await problems(subtext),
  }),
);
