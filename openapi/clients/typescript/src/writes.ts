import type { Arguments, Call, RequestOptions } from "./query.js";
import type { ItemType } from "./schema.js";

/** An item and its ETag, which names the state that a change expects. */
export interface Versioned<Item> {
  item: Item;
  etag: string;
}

/** Options of a single write. */
export interface WriteOptions extends RequestOptions {
  /** Why the content changes, for the history. On one line. */
  note?: string | undefined;
  /** A string that identifies this write, so that another process can repeat it. Default: a random one. */
  idempotencyKey?: string | undefined;
}

/** Options of a write that changes an item. */
export interface ChangeOptions extends WriteOptions {
  /** The ETag of the item that you have read. */
  ifMatch: string;
}

/** Options of a write that leaves nothing in the history. */
export type RemoveOptions = Omit<ChangeOptions, "note">;

/** One of the changes that `bulk` makes. */
export interface BulkChange {
  method: "POST" | "PATCH" | "PUT" | "DELETE" | "RENAME";
  type: ItemType;
  /** The id of the item: the new one with POST, the present one with RENAME. */
  id: string;
  /** What `create`, `update` or `replace` takes, or `{ id: … }` with RENAME. DELETE has none. */
  body?: object;
  /** The ETag of the item that you have read. All but POST need it, or `if_none_match`. */
  if_match?: string;
  /** Creates the item with PUT, and fails if it exists. */
  if_none_match?: "*";
}

/** Options of a write that replaces an item, or creates it. */
export type ReplaceOptions = (ChangeOptions & { create?: never }) | (WriteOptions & { create: true; ifMatch?: never });

type AnyOptions = WriteOptions & { ifMatch?: string; create?: true };

/** The call of a write. Each repetition of it sends the same key and the same body. */
export function writeCall(method: string, path: string, options: AnyOptions, body?: object, query?: Arguments): Call {
  const key = options.idempotencyKey ?? randomKey();
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(key)) {
    throw new TypeError(`An idempotency key has 1 to 255 letters, digits and “._:-”, unlike ${JSON.stringify(key)}.`);
  }
  const headers: Record<string, string> = { "Idempotency-Key": `"${key}"` };
  if (options.ifMatch !== undefined) headers["If-Match"] = options.ifMatch;
  if (options.create) headers["If-None-Match"] = "*";
  if (body) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const call = { method, path, query: { note: options.note, ...query }, headers };
  return body ? { ...call, body: JSON.stringify(body) } : call;
}

/** The call of many changes, one a line. */
export function bulkCall(path: string, options: WriteOptions, changes: readonly BulkChange[]): Call {
  const call = writeCall("POST", path, options);
  const headers = { ...call.headers, "Content-Type": "application/x-ndjson" };
  return { ...call, headers, body: changes.map((change) => `${JSON.stringify(change)}\n`).join("") };
}

/** 128 random bits. Unlike `randomUUID`, pages that are not secure have this function, too. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
