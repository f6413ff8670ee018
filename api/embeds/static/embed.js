// Styles every embedded quote on a page as a card. The blockquote gets a shadow root that shows its own content
// through a slot, and the page gets a style sheet that paints around the figure. The script makes no network
// requests, stores nothing and causes no layout shift. Without it, quote and attribution remain readable.
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

  // Scan the node itself and its descendants, so that callers may pass a quote or a container.
  all[quotes] = all.scan = (root = document) => {
    before?.(root);
    for (const quote of (root.parentNode || root).querySelectorAll(quotes)) try {
      const sheets = quote.getRootNode().adoptedStyleSheets;
      sheets.includes(looks) || sheets.push(looks);
      if (quote.shadowRoot) continue;
      const shadow = quote.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [looks];
      // A flagged quote stays hidden behind a button, and keeps its space.
      if (quote.matches("figure>p+*")) {
        const button = document.createElement("button");
        // The style sheet shows the button. In print, where it does not apply, the quote is visible instead.
        button.hidden = true;
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
      shadow.append(document.createElement("slot"))
    } catch {
      // A quote that cannot be upgraded stays as it is; continue with the next one.
    }
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
