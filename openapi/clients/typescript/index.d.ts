import type { Client, ClientOptions } from "openapi-fetch";
import type { paths } from "./schema.js";

export type * from "./schema.js";

/** Every path of the API, each with its methods, parameters and answers: JSON, and problems. */
export type Subtext = Client<paths, "application/json" | "application/problem+json">;

/**
 * A client of the service at this address.
 *
 * `GET("/v1/quotes", { params: { query: { theme: ["loneliness"] } } })` answers `{ data, error, response }`:
 * `data` where the answer is a success, else `error`, a problem.
 */
export declare function createSubtext(baseUrl: string, options?: Omit<ClientOptions, "baseUrl">): Subtext;
