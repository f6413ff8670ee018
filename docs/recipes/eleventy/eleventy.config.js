import { mkdir, readFile, writeFile } from "node:fs/promises";

const SERVICE = process.env.SUBTEXT_URL ?? "https://subtext.example";

/** Returns a quote: the cached one if it has not changed, or if the service is down. */
async function load(id) {
  const name = encodeURIComponent(id);
  const file = `.cache/subtext-${name}.json`;
  const cached = await readFile(file, "utf8").then(JSON.parse).catch(() => null);
  const response = await fetch(`${SERVICE}/v1/quotes/${name}`, {
    headers: cached ? { "If-None-Match": cached.etag } : {},
    signal: AbortSignal.timeout(5000),
  }).catch((error) => {
    if (!cached) throw error;
  });
  if (cached && (!response || response.status === 304 || response.status >= 500)) return cached.quote;
  // A wrong or deleted id stops the build.
  if (!response.ok) throw new Error(`The service returned ${response.status} for the quote “${id}”.`);
  const quote = await response.json();
  await mkdir(".cache", { recursive: true });
  await writeFile(file, JSON.stringify({ etag: response.headers.get("ETag"), quote }));
  return quote;
}

/** Returns a text escaped for HTML, on one line, since an empty line would end the HTML in Markdown. */
const escape = (text) => text.replace(/[&<>"'\n]/g, (character) => `&#${character.charCodeAt()};`);

/** Returns a quote with its credit as HTML. A flagged quote is folded below its content note. */
function render(quote) {
  const notes = quote.advisories.map((advisory) => advisory.label).join(", ");
  const text = `${quote.omitted_before ? "…" : ""}${quote.text}${quote.omitted_after ? "…" : ""}`;
  const words = `<blockquote cite="${escape(quote.html_url)}" lang="${escape(quote.language)}" dir="auto"><p>${escape(text)}</p></blockquote>`;
  // A character, or the critic whom the source quotes.
  const name = quote.speaker?.label ?? quote.attributed_to;
  const speaker = name ? `<bdi>${escape(name)}</bdi>, ` : "";
  const film = `<cite><a href="${escape(quote.html_url)}"><bdi>${escape(quote.film.label)}</bdi></a></cite>`;
  const [citation] = quote.citations;
  const source = citation ? `, as quoted in “<bdi>${escape(citation.source.label)}</bdi>”` : "";
  return (
    "<figure>" +
    (notes ? `<details><summary>Content note: ${escape(notes)}</summary>${words}</details>` : words) +
    `<figcaption>— ${speaker}${quote.voice === "essay" ? "on " : ""}${film}${source}</figcaption></figure>`
  );
}

export default function (eleventy) {
  eleventy.addAsyncShortcode("quote", async (id) => render(await load(id)));
}
