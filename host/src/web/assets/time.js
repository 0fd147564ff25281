// Times are written in UTC; beside it, people read what that is here.
{
  const now = new Date();
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const element of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    const seconds = (moment - now) / 1000;
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
    const local = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    element.title = `${element.textContent.trim()}; here ${local}`;
    const beside = document.createElement("span");
    beside.className = "soft";
    beside.textContent = ` (${relative.format(Math.round(seconds / size), unit)})`;
    element.after(beside);
  }
}
