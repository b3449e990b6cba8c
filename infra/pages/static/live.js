// What a page shows is fetched anew when something happens that it is about.
// An element says which streams it shows: data-live="agreements/a-1", a capability, or * for all.
(() => {
  "use strict";
  const address = document.body.dataset.stream;
  if (!address || !window.EventSource) return;

  const ALL = "*", PAUSE_MS = 1000;
  const happened = new Set(); // streams since the last look
  let wanted = 0, busy = false, timer = null, rested = 0; // rested: when there may be another look

  const about = (element) => happened.has(ALL) || element.dataset.live.split(" ").some((name) =>
    name === ALL || [...happened].some((stream) => stream === name || stream.startsWith(name + "/")));

  const show = (live) => {
    const bar = document.querySelector("[data-live-text]");
    if (!bar) return;
    const first = bar.firstElementChild, words = first.firstElementChild;
    bar.dataset.stillText ??= words.textContent;
    first.classList.toggle("live", live);
    words.textContent = live ? bar.dataset.liveText : bar.dataset.stillText;
  };

  function soon() { // at once where it has been quiet
    if (busy || timer !== null) return;
    timer = setTimeout(refresh, Math.max(0, rested - performance.now()));
  }

  async function refresh() {
    timer = null;
    const upto = wanted;
    const stale = [...document.querySelectorAll("[data-live][id]")].filter(about);
    const about_these = [...happened];
    happened.clear();
    if (!stale.length) return;
    busy = true;
    let again = false;
    try {
      const url = new URL(location.href);
      url.hash = "";
      if (!document.querySelector("[data-history]")) url.searchParams.set("at", upto);
      const answer = await fetch(url).catch(() => null);
      if (!answer?.ok) { // busy, or on its way up: what happened is not forgotten
        about_these.forEach((stream) => happened.add(stream));
        again = answer === null || answer.status >= 429;
        return;
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of stale) {
        const found = fresh.getElementById(old.id);
        if (found && !found.isEqualNode(old)) replace(old, found);
      }
      const bar = fresh.querySelector("[data-live-text]");
      document.querySelector("[data-live-text]")?.replaceWith(...(bar ? [bar] : []));
      show(source.readyState === EventSource.OPEN);
    } finally {
      busy = false;
      rested = performance.now() + PAUSE_MS * (1 + Math.random()); // many pages that look on do not come all at once
      if (again || wanted > upto) soon();
    }
  }

  function replace(old, found) {
    const inside = old.contains(document.activeElement);
    const link = inside && document.activeElement.getAttribute("href");
    if (inside && !link) return; // somebody is filling something in
    old.replaceWith(found);
    if (link) found.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
  }

  const hear = (message) => {
    const told = JSON.parse(message.data);
    happened.add(told.stream ?? ALL);
    wanted = Math.max(wanted, told.position);
    soon();
  };

  const source = new EventSource(address, { withCredentials: true });
  source.addEventListener("open", () => show(true));
  source.addEventListener("error", () => show(false));
  source.addEventListener("message", hear);
  source.addEventListener("resync", hear);
  addEventListener("pagehide", () => source.close());
})();
