/** How often and how long to repeat a request that failed for reasons that pass. Writes have an `Idempotency-Key`. */
export interface RetryOptions {
  /** How often to repeat it; 0 never does. Default: 3. */
  attempts?: number;
  /** The most milliseconds to wait in all. If the service asks for more, its error is thrown at once. Default: 60,000. */
  maxWait?: number;
  /** The first wait in milliseconds where the service does not say how long; it doubles each time. Default: 500. */
  backoff?: number;
}

/** Too many requests; a gateway that has no server at the moment; a server that is overloaded. */
export const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The milliseconds to wait before the next attempt; undefined if there is none. */
export function nextWait(
  { attempts = 3, maxWait = 60_000, backoff = 500 }: RetryOptions,
  attempt: number,
  waited: number,
  retryAfter?: number,
): number | undefined {
  if (attempt > attempts) return undefined;
  // Clients that failed together should not return together.
  const wait =
    retryAfter === undefined ? backoff * 2 ** (attempt - 1) * (0.5 + Math.random() / 2) : retryAfter * 1000;
  return waited + wait <= maxWait ? wait : undefined;
}

/** The seconds of a `Retry-After` header (RFC 9110, section 10.2.3): a number, or a date. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, (time - Date.now()) / 1000);
}
