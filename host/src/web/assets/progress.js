// The page of an operation tells of it as it goes on. The host sends how it stands whenever that has changed; once it has
// ended, or something is not understood, the page is loaded anew: it is always right.
{
  const STATES = {
    waiting: ["wait", "Waits"],
    transferring: ["wait", "On its way"],
    checking: ["wait", "Being checked"],
    imported: ["ok", "In the library"],
    "already-imported": ["ok", "In the library already"],
    refused: ["bad", "Not imported: it can't be"],
    failed: ["bad", "Not imported"],
  };
  const ASK_EVERY = 2_000;
  // Screen readers read each sentence to its end: not more often than this.
  const SAY_EVERY = 5_000;

  const place = document.querySelector("[data-operation]");
  const overall = document.querySelector("#overall");
  let spoken = 0;

  const say = (sentence, isUrgent = false) => {
    if (overall.textContent === sentence || (!isUrgent && Date.now() < spoken + SAY_EVERY)) return;
    spoken = Date.now();
    overall.textContent = sentence;
  };

  const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

  const showItem = ({ item, state, done, of }) => {
    const row = document.querySelector(`[data-item="${CSS.escape(item.id)}"]`);
    const bar = row?.querySelector("progress");
    if (bar && of) {
      bar.max = of;
      bar.value = done;
      if (bar.nextElementSibling) bar.nextElementSibling.textContent = ` ${size(done)} of ${size(of)}`;
    }
    const word = row?.querySelector(".st");
    const [tone, label] = STATES[state] ?? [];
    if (word && label && word.textContent !== label) {
      word.className = `st ${tone}`;
      word.textContent = label;
    }
  };

  const show = ({ state, progress }) => {
    if (state !== "running") return location.reload();
    progress.items.forEach(showItem);
    const ended = progress.items.filter((item) => !["waiting", "transferring", "checking"].includes(item.state));
    const of = progress.items.length || progress.of;
    say(`At work – ${progress.items.length ? ended.length : progress.done}${of ? ` of ${of}` : ""}.`);
  };

  // The stream has ended, by the operation's end or by the host's: once the host answers, the page knows which.
  const look = async () => {
    try {
      await fetch("/healthz");
      location.reload();
    } catch {
      say("No contact with the host; the work goes on as soon as it is there.", true);
      setTimeout(look, ASK_EVERY);
    }
  };

  if (place && overall) {
    const events = new EventSource(`/operations/${place.dataset.operation}/events`);
    events.addEventListener("message", ({ data }) => show(JSON.parse(data)));
    events.addEventListener("error", () => {
      events.close();
      setTimeout(look, ASK_EVERY);
    });
  }
}
