// Asks the device for a passkey and sends what it answers with the form. A page holds one form of this kind, hidden
// until this script runs; until then the page says that it needs scripts, and offers other ways.
(function () {
  var form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  var button = form.querySelector("[data-passkey-button]");
  var problem = form.querySelector("[data-passkey-problem]");
  form.hidden = false;
  document.querySelector("[data-no-passkey]").hidden = true;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function read(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.allowCredentials || options.excludeCredentials || []).forEach(function (one) { one.id = bytes(one.id); });
    return options;
  }
  function written(credential) {
    var response = { clientDataJSON: text(credential.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    });
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {}, authenticatorAttachment: credential.authenticatorAttachment || undefined
    });
  }

  button.addEventListener("click", function (event) {
    event.preventDefault();
    problem.hidden = true;
    var options = { publicKey: read(JSON.parse(form.dataset.options)) };
    var asked = form.dataset.passkey === "create" ? navigator.credentials.create(options) : navigator.credentials.get(options);
    asked.then(function (credential) {
      form.elements.credential.value = written(credential);
      form.requestSubmit(button);
    }).catch(function () {
      problem.hidden = false;
      problem.focus();
    });
  });
})();
