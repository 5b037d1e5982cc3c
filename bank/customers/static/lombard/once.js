// A form is sent once: the second click of a double click would replace the first one's answer, a redirect to the TPP,
// by a page that says that the request was answered already. Without scripts the pages work as well, one click a time.
(function () {
  var sent = false;
  function again() { sent = false; }
  document.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    setTimeout(again, 5000); // the customer may have stopped it
  });
  window.addEventListener("pageshow", again); // a page can come back from the browser's memory
})();
