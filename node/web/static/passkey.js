// Passkeys need script: the browser asks the device, and what it answers is posted like any other form.
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (said) => Uint8Array.from(atob(said.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const said = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: bytes(options.user.id) } } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: named(options.excludeCredentials) } : {}),
    ...(options.allowCredentials ? { allowCredentials: named(options.allowCredentials) } : {}),
    extensions: { prf: { eval: { first: bytes(options.extensions.prf.eval.first) } } },
  });

  const answered = (made) => {
    const response = { clientDataJSON: said(made.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = said(made.response[name]);
    }
    return { id: made.id, rawId: said(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const wrong = form.querySelector(".passkey-wrong");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      try {
        const begun = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
        const options = await begun.json();
        if (!begun.ok) { wrong.textContent = options.says; wrong.hidden = false; return; }
        const made = form.dataset.passkey === "add"
          ? await navigator.credentials.create({ publicKey: asked(options) })
          : await navigator.credentials.get({ publicKey: asked(options) });
        const first = made.getClientExtensionResults().prf?.results?.first;
        form.elements.credential.value = JSON.stringify(answered(made));
        form.elements.prf.value = first ? said(first) : "";
        form.submit();
      } catch {
        wrong.textContent = wrong.dataset.says;
        wrong.hidden = false;
      }
    });
  }
})();
