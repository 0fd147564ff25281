// Signing in happens in a window of its own, and the page that has opened it waits. Microsoft's pages cut each thread between
// the two, so that the one seems closed while it is open: neither looks at the other. They speak by a channel, and the host
// is asked every two seconds. Where no window can be opened, all of it happens in this one.
{
  const NAME = "onedrive-sign-in";
  const ASK_EVERY = 2_000;
  const channel = new BroadcastChannel(NAME);

  for (const form of document.querySelectorAll("form[data-sign-in]")) {
    form.addEventListener("submit", () => {
      form.target = "";
      // It has a name, so that pressing twice opens one.
      const opened = window.open("", NAME, "popup,width=560,height=720");
      if (!opened) return;
      form.target = NAME;
      channel.onmessage = ({ data }) => data.begun && location.assign(`/sign-ins/${data.begun}`);
    });
  }

  const leading = document.querySelector("[data-sign-in-page]");
  if (leading && window.name === NAME) {
    // The name is taken away on the way; this stays.
    sessionStorage.setItem(NAME, "in its own window");
    channel.postMessage({ begun: leading.dataset.signInPage });
    location.replace(leading.querySelector("#go").href);
  }

  // To the sign-in service of this console's own people: nobody need press what can be followed at once.
  const way = document.querySelector("[data-go]");
  if (way) location.replace(way.href);

  const waiting = document.querySelector("[data-sign-in-waits]");
  if (waiting) {
    const over = () => location.reload();
    channel.onmessage = ({ data }) => data.ended === location.pathname && over();
    setInterval(async () => {
      try {
        const answer = await fetch(`${location.pathname}/standing`);
        if (!answer.ok || (await answer.json()).standing !== "pending") over();
      } catch {
        // It is asked again.
      }
    }, ASK_EVERY);
  }

  const ended = document.querySelector("[data-standing]");
  if (ended && sessionStorage.getItem(NAME)) {
    sessionStorage.removeItem(NAME);
    channel.postMessage({ ended: location.pathname });
    const told = document.createElement("p");
    told.textContent = "You can close this window.";
    ended.querySelector(".pad").append(told);
    window.close();
  }
}
