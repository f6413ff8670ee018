/** A body and the ETag that it had. */
export interface CachedResponse {
  etag: string;
  body: string;
}

/**
 * The most recently used responses by their URL, bounded in number and size. They are revalidated with their ETag:
 * an unchanged one costs a 304 without a body.
 */
export class Cache {
  readonly #entries = new Map<string, CachedResponse>();
  #length = 0;

  constructor(
    /** The most responses to keep. */
    readonly maxEntries: number = 256,
    /** The most characters of bodies to keep. */
    readonly maxLength: number = 8_000_000,
  ) {}

  /** The number of responses. */
  get size(): number {
    return this.#entries.size;
  }

  get(url: string): CachedResponse | undefined {
    const entry = this.#entries.get(url);
    if (entry) {
      // A map keeps the order of insertion, so what was used last stands last.
      this.#entries.delete(url);
      this.#entries.set(url, entry);
    }
    return entry;
  }

  /** Keep a response in place of an earlier one, and evict those that were not used for longest. */
  set(url: string, response: CachedResponse): void {
    this.#remove(url);
    this.#entries.set(url, response);
    this.#length += response.body.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.maxEntries && this.#length <= this.maxLength) break;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#length = 0;
  }

  #remove(url: string): void {
    this.#length -= this.#entries.get(url)?.body.length ?? 0;
    this.#entries.delete(url);
  }
}
