// Only comfort: the desk does everything without this file. Saves what is typed, leaves on Shift three times, locks when idle.
"use strict";
(() => {
  const body = document.body;
  const csrf = body.dataset.csrf;

  // The error, if there is one, is where reading goes on.
  document.getElementById("error")?.focus();

  // 1. Save a form a second after the last key; the page says when. What could not be saved is tried again.
  const unsaved = new Map(), saving = new Map();
  const noAnswer = document.getElementById("no-answer");
  let lost = false;
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const said = form.querySelector(".saved");
    // One after the other, each from the mark of the one before; what was saved elsewhere meanwhile is said in words.
    const post = async () => {
      const typed = new URLSearchParams(new FormData(form));
      typed.set("_stay", "1");
      const answer = await fetch(form.action, { method: "POST", body: typed, redirect: "manual", keepalive: true }).catch(() => null);
      const mark = answer?.headers.get("Mark");
      if (mark != null && form.elements._from) form.elements._from.value = mark;
      if (said) said.textContent = answer?.status === 204 ? "\u2713" : answer?.status === 409 ? await answer.text() : "\u2717";
      if (!answer || answer.status >= 500) { unsaved.set(form, { save }); lose(); }
    };
    const save = () => {
      clearTimeout(unsaved.get(form)?.timer);
      unsaved.delete(form);
      const mine = (saving.get(form) ?? Promise.resolve()).then(post).finally(() => saving.get(form) === mine && saving.delete(form));
      saving.set(form, mine);
      return mine;
    };
    form.addEventListener("input", () => {
      clearTimeout(unsaved.get(form)?.timer);
      unsaved.set(form, { save, timer: setTimeout(save, 1000) });
    });
  }
  const saveAll = () => Promise.all([...unsaved.values()].map((one) => one.save()));

  // Nobody answers: the page says so and asks again; until then nothing is posted, for what was typed would be gone.
  const lose = () => {
    if (lost || !noAnswer) return;
    lost = true;
    noAnswer.hidden = false;
    setTimeout(again, 3000);
  };
  const answers = async () => {
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    return answer !== null && answer.status < 500;
  };
  const again = async () => {
    if (!(await answers())) return setTimeout(again, 3000);
    lost = false;
    noAnswer.hidden = true;
    saveAll();
  };
  addEventListener("offline", lose);
  // What is not saved as it is typed would be gone with the press of its button: whether somebody answers is asked before.
  let lookedAt = 0;
  const look = async (event) => {
    if (lost || !noAnswer || Date.now() - lookedAt < 2000 || !event.target.closest?.("main form[method=post]:not([data-autosave])")) return;
    lookedAt = Date.now();
    if (!(await answers())) lose();
  };
  addEventListener("input", look);
  addEventListener("focusin", look);
  addEventListener("submit", (event) => {
    if (lost && !event.target.matches("#leave, [data-back]")) {
      event.preventDefault();
      noAnswer.focus();
      return;
    }
    clearTimeout(unsaved.get(event.target)?.timer); // what is being recorded is no draft once more
    unsaved.delete(event.target);
    const before = saving.get(event.target);
    if (!before) return;
    event.preventDefault(); // the mark of what is on its way comes first
    before.then(() => lost || event.target.requestSubmit(event.submitter));
  }, true);

  // What takes longer than a second says so, until the next page, or the file, is there.
  const working = document.getElementById("working");
  let slow, looking;
  const rest = () => { clearTimeout(slow); clearInterval(looking); working.hidden = true; };
  const wait = () => { rest(); slow = setTimeout(() => { working.hidden = false; }, 1000); };
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    wait();
    if (form.dataset.file === undefined) return;
    const asked = form.elements._asked ?? form.appendChild(document.createElement("input"));
    Object.assign(asked, { type: "hidden", name: "_asked", value: String(crypto.getRandomValues(new Uint32Array(1))[0]) });
    looking = setInterval(() => { if (document.cookie.split("; ").includes("__Host-given=" + asked.value)) rest(); }, 300);
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='/desk']");
    const stays = !link || link.pathname + link.search === location.pathname + location.search;
    if (!stays && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) wait();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") rest(); });
  addEventListener("pagehide", rest);

  // How long something can still be taken back, in seconds; the time of day stands beside it.
  const ends = new WeakMap();
  const count = () => {
    for (const shown of document.querySelectorAll("[data-left]")) {
      if (!ends.has(shown)) ends.set(shown, performance.now() + Number(shown.dataset.left) * 1000);
      const left = Math.ceil((ends.get(shown) - performance.now()) / 1000);
      shown.textContent = left > 0 ? `(${left})` : "";
    }
  };
  count();
  setInterval(count, 500);

  // A page that the browser kept is not shown again: it may be locked by now.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // The code of an invitation stands behind the # of a link; it goes into the field and out of the address.
  const wanted = document.querySelector("[data-from-fragment]");
  if (wanted && location.hash.length > 1) {
    wanted.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }

  const post = (path) => fetch(path, { method: "POST", body: new URLSearchParams({ _csrf: csrf ?? "" }), keepalive: true, redirect: "manual" });

  // 2. Leave at once: Shift three times within two seconds, nothing else between.
  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    const now = Date.now();
    shifts = [...shifts.filter((at) => now - at < 2000), now];
    if (shifts.length >= 3) leave();
  });
  const leave = () => {
    body.replaceChildren();
    document.title = "";
    const soon = new Promise((done) => setTimeout(done, 400));
    Promise.race([post("/desk/leave"), soon]).finally(() => location.replace(body.dataset.exit));
  };
  document.getElementById("leave")?.addEventListener("submit", (event) => { event.preventDefault(); leave(); });

  if (!csrf) return;

  // 3. Learn of changes where the page asks for it; load them unless somebody is typing.
  const main = document.querySelector("main");
  const live = main.querySelector("[data-live]")?.dataset.live;
  if (live !== undefined) {
    const news = new EventSource("/desk/live" + live);
    let touched = false;
    main.addEventListener("input", () => { touched = true; });
    news.addEventListener("changed", async () => {
      if (touched) { document.getElementById("news")?.removeAttribute("hidden"); return; }
      const answer = await fetch(location.href);
      // Erased meanwhile, or nobody's here any more: the page goes, and says so. The answer to a post has no such address.
      if ([404, 410].includes(answer.status) && !location.pathname.endsWith("/names")) location.reload();
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const open = new Set([...main.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
      const at = document.activeElement?.id;
      main.replaceChildren(...fresh.querySelector("main").childNodes);
      for (const one of main.querySelectorAll("details > summary")) if (open.has(one.textContent)) one.parentElement.open = true;
      if (at) document.getElementById(at)?.focus({ preventScroll: true });
    });
    news.addEventListener("locked", () => { news.close(); cover(); });
    addEventListener("pagehide", () => news.close());
  }

  // 4. Lock: what was typed is saved, the content leaves the page, the way back to the same field is kept.
  let field = "";
  main.addEventListener("focusin", (event) => { field = event.target.id ? "#" + event.target.id : ""; });
  const back = () => location.pathname + location.search + field;
  const tabs = new BroadcastChannel("desk");
  let covered = false;
  const cover = () => {
    main.replaceChildren();
    if (covered) return; // told twice, by the stream and by an answer: a second start would break the first one off
    covered = true;
    location.replace("/desk/locked?to=" + encodeURIComponent(back()));
  };
  tabs.onmessage = (event) => (event.data === "here" ? awake() : cover());
  for (const form of document.querySelectorAll("form[data-back]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      form.elements.to.value = back();
      const typed = new URLSearchParams(new FormData(form));
      await saveAll();
      main.replaceChildren();
      try { await fetch(form.action, { method: "POST", body: typed, redirect: "manual" }); } finally { tabs.postMessage("locked"); cover(); }
    });
  }

  // 5. Nobody there: asked two minutes before, then locked. Who types is there, and the server is told once a minute.
  const idle = Number(body.dataset.idleS) * 1000, warning = Math.min(120000, idle / 2), beat = Math.min(60000, idle / 4);
  const asked = document.getElementById("idle");
  let last = Date.now(), told = last, shared = 0, over = false;
  const here = () => {
    last = Date.now();
    if (last - shared > 5000) { shared = last; tabs.postMessage("here"); }
  };
  const awake = () => { last = Date.now(); if (asked?.open) asked.close(); };  // in another window of the desk
  // Closed by its button alone (or Escape): a key that closed it would go on to the field behind it.
  asked?.querySelector("button").addEventListener("click", () => asked.close());
  for (const name of ["keydown", "pointerdown", "scroll", "input"]) addEventListener(name, here, { passive: true, capture: true });
  setInterval(async () => {
    const now = Date.now(), rest = now - last;
    if (over) return;
    if (rest >= idle) {
      over = true;
      await saveAll();
      post("/desk/lock").catch(() => {}).finally(() => { tabs.postMessage("locked"); cover(); });
    } else if (rest >= idle - warning) {
      if (asked && !asked.open) asked.showModal();
    } else if (last > told && now - told >= beat) {
      told = now;
      const answer = await post("/desk/here").catch(() => lose());
      if (answer?.type === "opaqueredirect") cover();
    }
  }, 1000);
})();
