// Choosing files: how many are chosen is said at each tick, and one too many is refused on the spot. The host counts again.
for (const form of document.querySelectorAll("form[data-limit]")) {
  const limit = Number(form.dataset.limit);
  const status = form.querySelector("#chosen");
  const ticks = [...form.querySelectorAll("input[type=checkbox][name=pick]")];
  const number = () => ticks.filter((tick) => tick.checked).length;

  const show = (isRefused) => {
    for (const tick of ticks) tick.closest("tr")?.classList.toggle("chosen", tick.checked);
    const most = " That is the most at one time. Take one away to choose another.";
    const said = `${number()} of ${limit} chosen.${number() === limit ? most : ""}`;
    // The same words once more would not be read out again.
    status.textContent = isRefused ? `No more than ${limit} at one time. ${said}` : said;
  };

  form.addEventListener("change", ({ target }) => {
    if (!ticks.includes(target)) return;
    const isRefused = target.checked && limit < number();
    if (isRefused) target.checked = false;
    show(isRefused);
  });
  // Pressing twice imports once.
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  // Going back, a browser ticks again what was ticked.
  addEventListener("pageshow", ({ persisted }) => {
    isSent = false;
    if (persisted) show(false);
  });
}
