// Reads quotes and feeds as programs of others do. Usage: node consume.mjs < INPUT, where INPUT is JSON:
// {"server": …, "quotes": [{"url": …, "fragment": …}], "feeds": {"atom": …, "json": …}}. Prints JSON: what each program made
// of each quote, by program and in the order of the input. Each result has those of these keys that the program knows:
// title, description, author, image, html, text, width, height.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { JSDOM } = require("jsdom");

const WIDTH = 480;
const domOf = ({ page, url }) => new JSDOM(page, { url }).window.document;
const first = (value) => (Array.isArray(value) ? value[0] : value);

// The HTML that a site inserts for a URL, and its size.
const oembed = {
  "@extractus/oembed-extractor": async ({ url }) => {
    const { extract } = await import("@extractus/oembed-extractor");
    const { html, width, height, title, author_name, thumbnail_url } = await extract(url, { maxwidth: WIDTH });
    return { html, width, height, title, author: author_name, image: thumbnail_url };
  },
  "unfurl.js": async ({ url }) => {
    const { oEmbed, open_graph, author } = await require("unfurl.js").unfurl(url);
    const { html, width, height } = oEmbed;
    const { title, description, images } = open_graph;
    return { html, width, height, title, description, author, image: images[0].url };
  },
  iframely: readWithIframely,
};

// Titles, descriptions and pictures of links in messengers and editors.
const previews = {
  "open-graph-scraper": async ({ page }) => {
    const { result } = await require("open-graph-scraper")({ html: page });
    const { ogTitle, ogDescription, ogImage, author } = result;
    return { title: ogTitle, description: ogDescription, image: ogImage[0].url, author };
  },
  "link-preview-js": async ({ url, page }) => {
    const response = { url, data: page, headers: { "content-type": "text/html" } };
    const { title, description, images } = await require("link-preview-js").getPreviewFromContent(response);
    return { title, description, image: images[0] };
  },
  metascraper: async ({ url, page }) => {
    const rules = ["author", "description", "image", "title"].map((name) => require(`metascraper-${name}`)());
    return require("metascraper")(rules)({ url, html: page });
  },
  "page-metadata-parser": async (quote) => {
    const { title, description, image } = require("page-metadata-parser").getMetadata(domOf(quote), quote.url);
    return { title, description, image };
  },
  "url-metadata": async ({ url }) => {
    const options = { requestFilteringAgentOptions: { allowPrivateIPAddress: true }, ensureSecureImageRequest: false };
    const found = await require("url-metadata")(url, options);
    return { title: found["og:title"], description: found["og:description"], image: found["og:image"], author: found.author };
  },
  "@devmehq/open-graph-extractor": async ({ page }) => {
    const { ogTitle, ogDescription, ogImage } = require("@devmehq/open-graph-extractor").extractOpenGraph(page);
    return { title: ogTitle, description: ogDescription, image: first(ogImage).url };
  },
  "html-metadata-parser": async ({ url }) => {
    const { title, description, image } = (await require("html-metadata-parser").parse(url)).og;
    return { title, description, image };
  },
};

// The text of an article, for reading later.
const articles = {
  "@extractus/article-extractor": async ({ url }) => {
    const { extract } = await import("@extractus/article-extractor");
    const { title, description, image, author, content } = await extract(url, { contentLengthThreshold: 1 });
    return { title, description, image, author, html: content };
  },
  "@mozilla/readability": async (quote) => {
    const { Readability } = require("@mozilla/readability");
    const { title, excerpt, byline, content } = new Readability(domOf(quote)).parse();
    return { title, description: excerpt, author: byline, html: content };
  },
};

// A copied snippet in a site's own pages.
const sanitizers = {
  dompurify: async ({ fragment }) => ({ html: require("dompurify")(new JSDOM("").window).sanitize(fragment) }),
  "sanitize-html": async ({ fragment }) => ({ html: require("sanitize-html")(fragment) }),
  xss: async ({ fragment }) => ({ html: require("xss")(fragment) }),
  "rehype-sanitize": async ({ fragment }) => {
    const [{ unified }, parse, sanitize, stringify] = await Promise.all(
      ["unified", "rehype-parse", "rehype-sanitize", "rehype-stringify"].map((name) => import(name)),
    );
    const processor = unified().use(parse.default, { fragment: true }).use(sanitize.default).use(stringify.default);
    return { html: String(await processor.process(fragment)) };
  },
};
const converters = {
  turndown: async ({ fragment }) => ({ text: new (require("turndown"))().turndown(fragment) }),
  "html-to-text": async ({ fragment }) => ({ text: (await import("html-to-text")).convert(fragment, { wordwrap: false }) }),
};

// Entries by link. Each reader returns all of a feed.
const feeds = {
  "rss-parser": async ({ atom }) => {
    const media = { customFields: { item: [["media:thumbnail", "thumbnail"]] } };
    const { items } = await new (require("rss-parser"))(media).parseString(atom);
    return items.map((item) => [
      item.link,
      { title: item.title, html: item.content, author: item.author, image: item.thumbnail.$.url },
    ]);
  },
  feedsmith: async ({ atom }) => {
    const { feed } = (await import("feedsmith")).parseFeed(atom);
    return feed.entries.map(({ title, links, authors, content, media }) => [
      links.find(({ rel }) => rel === "alternate").href,
      { title: title.value ?? title, html: content.value ?? content, author: authors?.[0]?.name, image: media.thumbnails[0].url },
    ]);
  },
  "feedsmith (JSON Feed)": async ({ json }) => {
    const { feed } = (await import("feedsmith")).parseFeed(json);
    return feed.items.map(({ url, title, content_html, authors, image }) => [
      url,
      { title, html: content_html, author: authors?.[0]?.name, image },
    ]);
  },
  "@rowanmanning/feed-parser": async ({ atom }) => {
    const { parseFeed } = require("@rowanmanning/feed-parser");
    return parseFeed(atom).items.map(({ url, title, content, authors, image, media }) => [
      url,
      { title, html: content, author: authors?.[0]?.name, image: image?.url ?? media[0].url },
    ]);
  },
  "@extractus/feed-extractor": async ({ atom }) => {
    const { extractFromXml } = await import("@extractus/feed-extractor");
    const { entries } = extractFromXml(atom, {
      descriptionMaxLen: 0,
      getExtraEntryFields: ({ content, link }) => ({
        content: content["#text"],
        image: link.find((each) => each["@_rel"] === "enclosure")["@_href"],
      }),
    });
    return entries.map(({ link, title, content, image }) => [link, { title, html: content, image }]);
  },
};

async function readWithIframely({ url }) {
  const iframely = new URL("node_modules/iframely/", import.meta.url);
  process.chdir(iframely.pathname);
  const { default: CONFIG } = await import(new URL("config.loader.js", iframely));
  // Its own tests read pages on this machine, too. What it may show is otherwise listed by its service.
  Object.assign(CONFIG, { CACHE_ENGINE: "no-cache", IGNORE_DOMAINS_RE: [], BLACKLIST_DOMAINS_RE: [] });
  const [{ run }, { getOembed }] = await Promise.all(
    ["lib/core.js", "lib/oembed.js"].map((path) => import(new URL(path, iframely))),
  );
  const isAllowed = (path, option) => path === "oembed.rich" && (!option || option === "reader");
  const allowed = { isAllowed, getRecordHash: () => "", getQATags: () => [], oembed: { rich: ["allow", "reader"] } };
  const found = await new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(new Error(JSON.stringify(error))) : resolve(result));
    run(url, { v: "1.3", getWhitelistRecord: () => allowed, refresh: true }, done);
  });
  const { title, description, author } = found.meta;
  const { html } = getOembed(url, found);
  const image = found.links.find(({ rel }) => rel.includes("thumbnail")).href;
  return { title, description, author, image, html };
}

async function resultsOf({ quotes, feeds: documents }) {
  // Programs print what they like; the output is ours.
  console.log = console.error;
  const results = {};
  const byQuote = { ...oembed, ...previews, ...articles, ...sanitizers, ...converters };
  for (const [name, read] of Object.entries(byQuote)) {
    results[name] = [];
    for (const quote of quotes) results[name].push(await read(quote).catch(errorOf));
  }
  for (const [name, read] of Object.entries(feeds)) {
    const entries = await read(documents).then(Object.fromEntries, errorOf);
    results[name] = quotes.map(({ url }) => entries[url] ?? { error: entries.error ?? "no entry" });
  }
  return results;
}

const errorOf = (error) => ({ error: error.stack });
const results = await resultsOf(JSON.parse(readFileSync(0)));
process.stdout.write(JSON.stringify(results), () => process.exit());
