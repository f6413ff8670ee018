// Makes a card of every quote of ours on a page: the blockquote gets a shadow root that shows the very words
// that stand in it, and the page a sheet that paints round the figure. Nothing is asked for, stored, moved or
// taken away, and where this never runs, the words and whose they are stand there all the same.
// `python -m tests.minified` makes of this file, with embed.css in the place of LOOKS, the newest build.
(() => {
  // The origin is put in by the server: a module, or a script that a script inserts, cannot tell where it is
  // from. Only what says that it is quoted from there is touched.
  const quotes = 'blockquote[cite^="ORIGIN/quotes/"]';
  // The one global. Scripts of several services share it, each with what was there before it.
  const all = window.subtext ||= {};
  const before = all.scan;
  if (all[quotes]) return;

  // A constructed sheet is no concern of the page's style-src. On paper all is as the page has it.
  const looks = new CSSStyleSheet({ media: "screen" });
  looks.replaceSync(`LOOKS`);

  // What is below a node, and the node itself: so a quote can be named as well as what it stands in.
  all[quotes] = all.scan = (root = document) => {
    before?.(root);
    for (const quote of (root.parentNode || root).querySelectorAll(quotes)) try {
      const sheets = quote.getRootNode().adoptedStyleSheets;
      sheets.includes(looks) || sheets.push(looks);
      if (quote.shadowRoot) continue;
      const shadow = quote.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [looks];
      // A content note stands before the words: they keep their room, and wait to be asked for.
      if (quote.matches("figure>p+*")) {
        const button = document.createElement("button");
        // The sheet shows it; where the sheet does not hold, on paper, the words are shown instead.
        button.hidden = true;
        button.lang = "en";
        button.append("Show the words");
        button.onclick = () => {
          button.remove();
          // Who cannot see them is led to them.
          quote.tabIndex = -1;
          quote.focus()
        };
        shadow.append(button)
      }
      shadow.append(document.createElement("slot"))
    } catch {
      // Whatever is in the way at one quote, it stays as it was, and the next one has its turn.
    }
  };

  // In shadow roots of the page's own nothing is watched: there this element brings the script to its quote.
  try {
    customElements.define("subtext-quote", class extends HTMLElement {
      connectedCallback() { all.scan(this) }
    })
  } catch {
    // Another service's script has defined it, and does the same.
  }
  new MutationObserver(() => all.scan()).observe(document, {
    childList: true,
    subtree: true
  });
  all.scan()
})()
