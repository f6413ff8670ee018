// Sets every embedded quote on a page as a card, with the typography of a frame. The blockquote gets a shadow root that
// shows its own content through a slot, and the page gets a style sheet for the figure. The script makes no network
// requests, stores nothing and moves nothing around the figure. Without it, quote and attribution remain readable.
// `python -m tests.minified` builds this file, with embed.css in place of LOOKS, as the latest build.
(() => {
  // The server fills in the origin, because a module or an injected script has no currentScript. Only
  // blockquotes that cite this origin are touched.
  const quotes = 'blockquote[cite^="ORIGIN/quotes/"]';
  // The only global. Scripts of several services share it: each calls the scan function that was there before.
  const all = window.subtext ||= {};
  const before = all.scan;
  if (all[quotes]) return;

  // A constructed style sheet is not subject to the page's style-src. In print the page stays as it is.
  const looks = new CSSStyleSheet({ media: "screen" });
  looks.replaceSync(`LOOKS`);
  const make = name => document.createElement(name);
  const bottom = figure => figure?.getBoundingClientRect().bottom;

  // Scan the node itself and its descendants, so that callers may pass a quote or a container.
  all[quotes] = all.scan = (root = document) => {
    before?.(root);
    // While the parser is inside a quote, it has no next sibling.
    const found = [...(root.parentNode || root).querySelectorAll(quotes)].filter(
      quote => quote.nextSibling && !quote.shadowRoot
    );
    // Where the plain quotes end.
    const ends = found.map(quote => {
      const sheets = quote.getRootNode().adoptedStyleSheets;
      sheets.includes(looks) || sheets.push(looks);
      looks.disabled = true;
      return bottom(quote.closest("figure"))
    });
    looks.disabled = false;
    found.forEach(quote => {
      try {
        const figure = quote.closest("figure");
        const shadow = quote.attachShadow({ mode: "open" });
        const words = make(!figure || /^\s*[“-„«「]/.test(quote.textContent) ? "div" : "q");
        // A flagged quote stays hidden behind a button, and keeps its space.
        if (quote.matches("figure>p+*")) {
          const button = make("button");
          // The style sheet shows the button. In print, where it does not apply, the quote is visible instead.
          button.hidden = true;
          button.part = "button";
          button.lang = "en";
          button.append("Show the words");
          button.onclick = () => {
            button.remove();
            // Move the focus to the quote for screen readers.
            quote.tabIndex = -1;
            quote.focus()
          };
          shadow.append(button)
        }
        words.part = "words";
        words.append(make("slot"));
        shadow.append(words);
        if (figure) {
          shadow.adoptedStyleSheets = [looks];
          // To a browser, a figure that is inserted again does not move: it takes the place of the plain one.
          figure.matches(":focus-within") || figure.replaceWith(figure);
        }
      } catch {
        // A quote that cannot be upgraded stays as it is; continue with the next one.
      }
    });
    // The largest words with which each figure ends where it did, so that the page below does not move. Twice, because
    // a scroll bar of the page may come and go until all of them have their height.
    [...found, ...found].forEach((quote, index) => {
      const figure = quote.closest("figure");
      const words = quote.shadowRoot?.lastChild;
      if (!figure || !words) return;
      let size = 25, room;
      do words.style.cssText = `quotes:var(--q,none);--s:${--size / 16}em`;
      while ((room = ends[index % found.length] - bottom(figure)) < 0 && size > 9);
      words.style.setProperty("--g", room + "px")
    })
  };

  // The observer does not see into the page's own shadow roots; this element upgrades a quote in there.
  try {
    customElements.define("subtext-quote", class extends HTMLElement {
      connectedCallback() { all.scan(this) }
    })
  } catch {
    // Another service's script has already defined the same element.
  }
  new MutationObserver(() => all.scan()).observe(document, {
    childList: true,
    subtree: true
  });
  all.scan()
})()
