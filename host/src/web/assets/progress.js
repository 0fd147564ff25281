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

  const size = (bytes) => {
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
    const scaled = bytes / 1000 ** power;
    return `${0 < power && scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${["bytes", "KB", "MB", "GB", "TB"][power]}`;
  };

  const written = (letter) => `\\u{${letter.codePointAt(0).toString(16)}}`;

  const rowOf = ({ item }) => document.querySelector(`[data-item="${CSS.escape(item.id)}"]`);

  const showItem = (one) => {
    const { name, state, done, of } = one;
    const row = rowOf(one);
    const place = row?.querySelector(".name bdi");
    // What hides letters or turns them around is written down, as the host does.
    if (place && name) place.textContent = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, written);
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

  // Of a sync, the files on their way are told in one line, and how many are done by the number.
  const showNow = ({ items, waits }) => {
    const now = document.querySelector("#now");
    const one = ({ name, done, of }) => `${name} ${size(done)}${of ? ` of ${size(of)}` : ""}`;
    const text = waits ? `Waits: ${waits.why}.` : items.map(one).join(", ");
    if (now && now.textContent !== text) now.textContent = text;
  };

  const show = ({ kind, state, progress }) => {
    if (state !== "running") return location.reload();
    if (kind === "sync" || kind === "plan") {
      showNow(progress);
      return say(`At work – ${progress.done}${progress.of ? ` of ${progress.of}` : ""}.`);
    }
    // Which files there are may be known a moment later than the page.
    if (!progress.items.every(rowOf)) return location.reload();
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
