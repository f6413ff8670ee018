// Tells the page around a frame how high the frame must be, in each dialect that such pages speak. As long as the
// frame is lower than that, it cuts the words, never the credit, and links to the rest.
(() => {
  "use strict";
  // A zoomed window may be lower than its iframe by a rounding error. Letters may stand out of their lines.
  const ROUNDING = 2;
  const OVERHANG = 5;
  const root = document.documentElement;
  const main = document.querySelector("main");
  const id = new URLSearchParams(location.search).get("id");
  const asked = new Map();
  let secret;

  const tell = (message) => parent.postMessage(message, "*");
  // WordPress gives its secret behind the address, and may do so after the frame was loaded.
  const key = () => secret || (location.hash.match(/[?&]secret=([A-Za-z0-9]+)/) || [])[1];

  // The height that the frame needs, however high it is. Nothing is drawn in between.
  const fit = () => {
    root.className = "";
    const height = main.offsetHeight;
    if (height <= innerHeight + ROUNDING) return height;
    root.className = "fit cut";
    for (const rest of document.querySelectorAll(".rest")) {
      const words = rest.previousElementSibling;
      rest.hidden = true;
      rest.hidden = words.scrollHeight <= words.clientHeight + OVERHANG;
    }
    return height;
  };

  const post = () => {
    // In a hidden part of a page a frame has no width; once it is shown, it is observed.
    if (!innerWidth) return;
    const height = fit();
    tell(id ? { height, id } : { height });
    tell({ sentinel: "amp", type: "embed-size", height });
    tell(JSON.stringify({ src: location.href, context: "iframe.resize", height }));
    if (key()) tell({ message: "height", value: height, secret: key() });
    asked.forEach((answer) => tell(answer(height)));
  };

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || !data) return;
    const isText = typeof data === "string";
    if (isText) {
      try {
        data = JSON.parse(data) || {};
      } catch {
        return;
      }
    }
    if (data.message === "ready" && /^[A-Za-z0-9]+$/.test(data.secret)) secret = data.secret;
    else if (data.type === "setHeight")
      asked.set("setHeight", (height) => ({ type: "setHeight", id: data.id, height }));
    else if (data.method === "register")
      asked.set("resize", (height) => {
        const answer = { method: "resize", windowId: data.windowId, height };
        return isText ? JSON.stringify(answer) : answer;
      });
    else return;
    post();
  });

  // WordPress lets a frame open nothing: it follows links itself.
  addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !key() || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    // Another page of a collection opens in the frame itself, and needs the secret, too.
    if (!link.target) {
      link.hash = `?secret=${key()}`;
      return;
    }
    event.preventDefault();
    tell({ message: "link", value: link.href, secret: key() });
  });

  for (const type of ["hashchange", "resize", "toggle"]) addEventListener(type, post, true);
  // Typefaces are asked for when something is first laid out.
  void main.offsetHeight;
  // In another typeface it is as high as it will not be; but one that never comes is not waited for.
  const second = new Promise((go) => setTimeout(go, 1000));
  Promise.race([document.fonts.ready, second]).then(() => {
    // Outside of what is seen of a page, nothing is observed.
    post();
    // Later, since an observer must not change what it observes.
    new ResizeObserver(() => requestAnimationFrame(post)).observe(main);
    document.fonts.addEventListener("loadingdone", post);
  });
})();
