import { Pages } from "./pages.js";
import type { Arguments, Call, RequestOptions } from "./query.js";
import type { Page } from "./schema.js";
import type { Versioned } from "./writes.js";

/** Requests a path and returns the body, parsed unless it is of another format. */
export interface Requester {
  json<Body>(path: string, query: Arguments, options?: RequestOptions): Promise<Body>;
  text(path: string, query: Arguments, options?: RequestOptions): Promise<string>;
  /** The item that a call reads or writes, with its ETag. */
  versioned<Item>(call: Call, options?: RequestOptions): Promise<Versioned<Item>>;
  /** What a call returns, without an ETag. */
  result<Body>(call: Call, options?: RequestOptions): Promise<Body>;
  /** A write that returns nothing. */
  send(call: Call, options?: RequestOptions): Promise<void>;
}

/** Operations of one resource. */
export class Resource {
  protected readonly requester: Requester;

  constructor(requester: Requester) {
    this.requester = requester;
  }

  protected pages<Item, List extends { data: Item[]; page: Page }>(
    path: string,
    query: Arguments = {},
    options?: RequestOptions,
  ): Pages<Item, List> {
    return new Pages((cursor) =>
      this.requester.json<List>(path, cursor === undefined ? query : { ...query, cursor }, options),
    );
  }
}
