import { SubtextError } from "./errors.js";
import type { Page } from "./schema.js";

/**
 * A list, whose pages are requested one after the other when they are needed.
 *
 * `for await` over it yields all items; over `pages()`, page after page, with facets and totals.
 */
export class Pages<Item, List extends { data: Item[]; page: Page }> implements AsyncIterable<Item> {
  readonly #request: (cursor?: string) => Promise<List>;

  constructor(request: (cursor?: string) => Promise<List>) {
    this.#request = request;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** The pages, each with `data`, `page`, `facets` and `notice`. */
  async *pages(): AsyncGenerator<List, void, undefined> {
    let page = await this.firstPage();
    yield page;
    let cursor: string | undefined;
    while ((cursor = nextCursor(page.page, cursor)) !== undefined) {
      page = await this.#request(cursor);
      yield page;
    }
  }

  /** Request the first page only. */
  firstPage(): Promise<List> {
    return this.#request();
  }

  /** Request all pages; return all items. */
  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }
}

/** The cursor of the next page; undefined on the last one. Requests only go to the client's base URL. */
function nextCursor({ next_cursor: next }: Page, current?: string): string | undefined {
  if (next !== null && next === current) throw new SubtextError(`The next page has the same cursor as this one: ${next}`);
  return next ?? undefined;
}
