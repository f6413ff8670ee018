import { useEffect, useState } from "react";
import type { components } from "./subtext"; // `npm run types` generates it from the service's OpenAPI document

type Quote = components["schemas"]["Quote"];

async function load(service: string, id: string, signal: AbortSignal): Promise<Quote> {
  const response = await fetch(`${service}/v1/quotes/${encodeURIComponent(id)}`, { signal });
  if (!response.ok) throw new Error(`The service returned ${response.status}.`);
  return response.json();
}

/** Shows a quote with its credit. A flagged quote is folded below its content note. */
export function Quote({ service, id }: { service: string; id: string }) {
  const [quote, setQuote] = useState<Quote | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const request = new AbortController();
    setQuote(null);
    setFailed(false);
    load(service, id, request.signal).then(setQuote, () => {
      if (!request.signal.aborted) setFailed(true);
    });
    return () => request.abort();
  }, [service, id]);

  if (failed) return <p role="status">This quote is not available at the moment.</p>;
  if (!quote) return <p role="status">Loading a quote …</p>;

  const notes = quote.advisories.map((advisory) => advisory.label).join(", ");
  // A character, or the critic whom the source quotes.
  const speaker = quote.speaker?.label ?? quote.attributed_to;
  const words = (
    <blockquote cite={quote.html_url} lang={quote.language} dir="auto">
      <p>{quote.omitted_before && "…"}{quote.text}{quote.omitted_after && "…"}</p>
    </blockquote>
  );
  return (
    <figure>
      {notes ? <details><summary>Content note: {notes}</summary>{words}</details> : words}
      <figcaption>
        — {speaker && <><bdi>{speaker}</bdi>, </>}
        {quote.voice === "essay" && "on "}
        <cite><a href={quote.html_url}><bdi>{quote.film.label}</bdi></a></cite>
        {quote.citations.slice(0, 1).map(({ source }) => (
          <span key={source.id}>, as quoted in “<bdi>{source.label}</bdi>”</span>
        ))}
      </figcaption>
    </figure>
  );
}
