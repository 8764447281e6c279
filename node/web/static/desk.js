// Only comfort: the desk does everything without this file. Saves what is typed, leaves on Shift three times, locks when idle.
"use strict";
(() => {
  const body = document.body;
  const csrf = body.dataset.csrf;

  // The error, if there is one, is where reading goes on.
  document.getElementById("error")?.focus();

  // 1. Save a form a second after the last key; the page says when.
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    let timer;
    const said = form.querySelector(".saved");
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const typed = new URLSearchParams(new FormData(form));
        typed.set("_stay", "1");
        try {
          const answer = await fetch(form.action, { method: "POST", body: typed, redirect: "manual" });
          if (said) said.textContent = answer.status === 204 ? "\u2713" : "\u2717";
        } catch { if (said) said.textContent = "\u2717"; }
      }, 1000);
    });
  }

  if (!csrf) return;

  // 2. Learn of changes where the page asks for it; load them unless somebody is typing.
  const main = document.querySelector("main");
  const live = main.querySelector("[data-live]")?.dataset.live;
  if (live !== undefined) {
    const news = new EventSource("/desk/live" + live);
    let touched = false;
    main.addEventListener("input", () => { touched = true; });
    news.addEventListener("changed", async () => {
      if (touched) return;
      const answer = await fetch(location.href);
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      main.replaceChildren(...fresh.querySelector("main").childNodes);
    });
    news.addEventListener("locked", () => { news.close(); main.replaceChildren(); location.replace("/desk/sign-in?locked=1&to=" + encodeURIComponent(location.pathname)); });
    addEventListener("pagehide", () => news.close());
  }

  const post = (path) => fetch(path, { method: "POST", body: new URLSearchParams({ _csrf: csrf }), keepalive: true, redirect: "manual" });

  // 3. Leave at once: Shift three times within two seconds, nothing else between.
  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    const now = Date.now();
    shifts = [...shifts.filter((at) => now - at < 2000), now];
    if (shifts.length >= 3) leave();
  });
  const leave = () => {
    document.querySelector("main").replaceChildren();
    post("/desk/leave").finally(() => location.replace("/desk/left"));
  };
  document.getElementById("leave")?.addEventListener("submit", (event) => { event.preventDefault(); leave(); });

  // 4. Lock when nobody is there: the content leaves the page, the way back to the same field is kept.
  const idle = Number(body.dataset.idleS) * 1000;
  let last = Date.now();
  for (const name of ["keydown", "pointerdown", "scroll"]) addEventListener(name, () => { last = Date.now(); }, { passive: true });
  setInterval(() => {
    if (Date.now() - last < idle) return;
    const field = document.activeElement?.id;
    const back = location.pathname + location.search + (field ? "#" + field : "");
    document.querySelector("main").replaceChildren();
    post("/desk/lock").finally(() => location.replace("/desk/sign-in?locked=1&to=" + encodeURIComponent(back)));
  }, 5000);
})();
