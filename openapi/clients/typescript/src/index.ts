/** A typed client for Subtext, which serves structured film commentary. */

export { Cache, type CachedResponse } from "./cache.js";
export { Subtext, type SubtextOptions } from "./client.js";
export { APIConnectionError, APIError, SubtextError, UnexpectedResponseError } from "./errors.js";
export { Pages } from "./pages.js";
export * from "./problems.js";
export type { Picked, Query, RequestOptions } from "./query.js";
export type * from "./resources.js";
export type { RetryOptions } from "./retries.js";
export type * from "./schema.js";
export { VERSION } from "./version.js";
export type { BulkChange, ChangeOptions, RemoveOptions, ReplaceOptions, Versioned, WriteOptions } from "./writes.js";
