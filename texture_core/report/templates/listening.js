"use strict";
// Without this script each cell links to its sound. With it one player serves all cells, rows can be sorted and
// filtered, and the address's fragment keeps the view: sorting, filter, selected cell, and which settings A and B are.
// Opened from disk, a page may not read its own files nor connect them to Web Audio; so the sounds are equally loud
// already, and to hear them as they were, the louder ones are played as they are and the others are turned down.

const byId = (id) => document.getElementById(id);
const table = byId("sounds");
const body = table.tBodies[0];
const corpusOrder = [...body.rows];
const controls = byId("controls").elements;
const toggle = byId("toggle");
const slider = byId("position");
const choices = { a: byId("a"), b: byId("b") };

const cellsOf = (row) => [...row.cells].slice(1);
const cellOf = (row, setting) => cellsOf(row).find((cell) => cell.dataset.setting === setting);
const rowOf = (cell) => cell.closest("tr");
const linkOf = (cell) => cell.querySelector("a.play");
const settingOf = (cell) => cell.dataset.setting || "original";
const titleOf = (row) => row.querySelector(".title").textContent;
const secondsOf = (cell) => Number(cell.dataset.seconds);

// ---- The player ----

let selected = null;
let frame = 0;
const sounds = new Map(); // of the selected row, by cell
const playhead = document.createElement("div");
playhead.className = "playhead";

function soundOf(cell) {
  if (!sounds.has(cell)) {
    const sound = new Audio(linkOf(cell).href);
    sound.preload = "auto";
    for (const event of ["play", "pause", "seeked"]) {
      sound.addEventListener(event, showPlayback);
    }
    sounds.set(cell, sound);
  }
  return sounds.get(cell);
}

function isPlaying() {
  return [...sounds.values()].some((sound) => !sound.paused);
}

// Not every browser can jump into the last moments of a sound.
function jump(cell, time) {
  soundOf(cell).currentTime = Math.min(time, Number(cell.dataset.reach));
}

function position() {
  return selected ? soundOf(selected).currentTime : 0;
}

function play() {
  silenceExhibits();
  const cell = selected;
  const sound = soundOf(cell);
  adjust();
  // What sounded before goes on until this one has started, so that there is no gap.
  const alone = () => pause((other) => other !== selected);
  sound.play().then(alone, (error) => {
    alone();
    if (error.name !== "AbortError") {
      announce(`${titleOf(rowOf(cell))}, ${settingOf(cell)} cannot be played: ${error.message}`);
    }
  });
}

function pause(which = () => true) {
  for (const [cell, sound] of sounds) {
    if (which(cell)) {
      sound.pause();
    }
  }
}

function silenceExhibits(but) {
  for (const other of document.querySelectorAll("audio")) {
    if (other !== but) {
      other.pause();
    }
  }
}

function adjust() {
  const level = (cell) => 10 ** (-Number(cell.dataset.gain) / 20);
  const loudest = Math.max(...cellsOf(rowOf(selected)).filter(linkOf).map(level));
  for (const [cell, sound] of sounds) {
    sound.loop = byId("loop").checked || "loop" in cell.dataset;
    sound.volume = byId("matched").checked ? 1 : level(cell) / loudest;
  }
}

// Within a row the position is kept; what plays goes on playing.
function select(cell, { playing = isPlaying(), at } = {}) {
  const sameRow = selected && rowOf(selected) === rowOf(cell);
  const start = at ?? (sameRow ? position() : 0);
  if (!sameRow) {
    release();
  }
  unmark();
  selected = cell;
  if (cell.dataset.setting !== choices.a.value) {
    choices.b.value = cell.dataset.setting;
  }
  if (at !== undefined || soundOf(cell).currentTime !== start) {
    jump(cell, start);
  }
  mark();
  describe();
  if (playing) {
    play();
  }
  showPlayback();
  writeView();
  cell.scrollIntoView({ block: "nearest" });
}

function release() {
  for (const sound of sounds.values()) {
    sound.pause();
    sound.removeAttribute("src");
    sound.load();
  }
  sounds.clear();
}

// A and B of the selected row are loaded before they are asked for, and bear their letters.
function mark() {
  selected.classList.add("selected");
  selected.querySelector(".picture").append(playhead);
  for (const letter of ["a", "b"]) {
    const cell = cellOf(rowOf(selected), choices[letter].value);
    if (cell && linkOf(cell)) {
      soundOf(cell);
      const sign = document.createElement("span");
      sign.className = `mark ${letter}`;
      sign.textContent = letter.toUpperCase();
      sign.ariaHidden = "true";
      cell.querySelector(".picture").append(sign);
    }
  }
}

function unmark() {
  if (selected) {
    selected.classList.remove("selected");
    rowOf(selected)
      .querySelectorAll(".mark")
      .forEach((sign) => sign.remove());
    linkOf(selected).ariaPressed = "false";
  }
}

function describe() {
  byId("player").hidden = false;
  byId("now-title").textContent = titleOf(rowOf(selected));
  byId("now-setting").textContent = settingOf(selected);
  slider.max = secondsOf(selected);
  byId("compressed").href = linkOf(selected).href;
  byId("source").href = selected.dataset.source;
  byId("source").textContent = selected.dataset.source.split(".").at(-1).toUpperCase();
  byId("gain").textContent = `(${selected.dataset.gain.replace("-", "−")} dB)`;
}

// Also called for each picture on the screen while something plays.
function showPlayback() {
  if (!selected) {
    return;
  }
  const seconds = secondsOf(selected);
  const playing = !soundOf(selected).paused;
  const now = Math.min(position(), seconds);
  slider.value = now;
  playhead.style.left = `${(100 * now) / seconds}%`;
  const text = `${now.toFixed(1)} of ${seconds.toFixed(1)} s`;
  if (byId("time").textContent !== text) {
    byId("time").textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }
  toggle.classList.toggle("playing", playing);
  toggle.ariaLabel = playing ? "Pause" : "Play";
  linkOf(selected).ariaPressed = String(playing);
  for (const letter of ["a", "b"]) {
    byId(`hear-${letter}`).ariaPressed = String(playing && choices[letter].value === selected.dataset.setting);
  }
  if (playing) {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(showPlayback);
  }
}

function playOrPause(cell = selected) {
  if (cell === selected && isPlaying()) {
    pause();
  } else if (cell === selected) {
    play();
  } else {
    select(cell, { playing: true });
  }
}

function hear(setting) {
  const cell = selected && cellOf(rowOf(selected), setting);
  if (cell && linkOf(cell)) {
    select(cell, { playing: true });
    announce(`${settingOf(cell)}, at ${position().toFixed(1)} s`);
  } else if (selected) {
    announce(`${titleOf(rowOf(selected))} has no ${setting || "original"}`);
  }
}

function hearTheOther() {
  hear(selected && selected.dataset.setting === choices.b.value ? choices.a.value : choices.b.value);
}

// ---- Which rows are shown, and in which order ----

function valueOf(row, sort) {
  if (sort === "title") {
    return titleOf(row).toLocaleLowerCase();
  }
  if (sort === "class") {
    return row.dataset.class;
  }
  const score = cellOf(row, controls.of.value)?.querySelector(`[data-score="${CSS.escape(sort.slice(6))}"]`);
  return score && score.dataset.value !== "" ? Number(score.dataset.value) : null;
}

// What has no value comes last in either direction; what is equal keeps the order of the corpus.
function inOrder() {
  const sort = controls.sort.value;
  const sign = controls.descending.checked ? -1 : 1;
  if (!sort) {
    return sign > 0 ? corpusOrder : [...corpusOrder].reverse();
  }
  const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other) : one - other);
  const valued = corpusOrder.map((row) => [row, valueOf(row, sort)]);
  return valued
    .sort(([, one], [, other]) => (one === null) - (other === null) || (one === null ? 0 : sign * compare(one, other)))
    .map(([row]) => row);
}

function fits(row) {
  const words = controls.name.value.toLocaleLowerCase().split(/\s+/);
  const text = `${row.dataset.name} ${titleOf(row)}`.toLocaleLowerCase();
  const wanted = controls.class.value;
  return words.every((word) => text.includes(word)) && (!wanted || [row.dataset.class, row.dataset.alsoClass].includes(wanted));
}

function arrange() {
  const shown = corpusOrder.filter((row) => {
    row.hidden = !fits(row);
    return !row.hidden;
  });
  const order = inOrder();
  const before = [...body.rows];
  if (order.some((row, place) => row !== before[place])) {
    body.append(...order);
  }
  const sort = controls.sort.value;
  const byScore = sort.startsWith("score:");
  controls.of.parentElement.hidden = !byScore;
  table.querySelectorAll(".sorted").forEach((item) => item.classList.remove("sorted"));
  if (byScore) {
    const cells = corpusOrder.map((row) => cellOf(row, controls.of.value));
    for (const cell of cells) {
      cell?.querySelector(`[data-score="${CSS.escape(sort.slice(6))}"]`)?.parentElement.classList.add("sorted");
    }
  }
  for (const heading of table.tHead.rows[0].cells) {
    const sorted = byScore ? heading.dataset.setting === controls.of.value : sort === "title" && heading.cellIndex === 0;
    heading.ariaSort = sorted ? (controls.descending.checked ? "descending" : "ascending") : null;
  }
  table.classList.toggle("variants", controls.variants.checked);
  const total = corpusOrder.length;
  const count = shown.length === total ? `${total}` : `${shown.length} of ${total}`;
  byId("count").textContent = `${count} texture${total === 1 ? "" : "s"}`;
  byId("nothing").hidden = shown.length > 0 || total === 0;
}

function rearrange() {
  arrange();
  writeView();
}

// ---- The view in the address ----

function writeView() {
  const view = new URLSearchParams();
  const keep = (key, value, usual = "") => value !== usual && view.set(key, value);
  keep("sort", controls.sort.value);
  if (controls.sort.value.startsWith("score:")) {
    view.set("of", controls.of.value);
  }
  keep("order", controls.descending.checked ? "descending" : "");
  keep("class", controls.class.value);
  keep("name", controls.name.value.trim());
  keep("scores", controls.variants.checked ? "all" : "");
  if (selected) {
    view.set("cell", [rowOf(selected).dataset.name, selected.dataset.setting].filter(Boolean).join("/"));
    keep("a", choices.a.value);
    keep("b", choices.b.value);
  }
  const text = view.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  history.replaceState(null, "", text || location.hash ? `#${text}` : location.href);
}

function readView() {
  const view = new URLSearchParams(location.hash.slice(1));
  const set = (field, value) => {
    if (value !== null && [...field.options].some((option) => option.value === value)) {
      field.value = value;
    }
  };
  set(controls.sort, view.get("sort") ?? "");
  set(controls.of, view.get("of"));
  set(controls.class, view.get("class") ?? "");
  controls.descending.checked = view.get("order") === "descending";
  controls.variants.checked = view.get("scores") === "all";
  controls.name.value = view.get("name") ?? "";
  arrange();
  const [name, setting = ""] = (view.get("cell") ?? "").split("/");
  const row = corpusOrder.find((one) => one.dataset.name === name);
  const cell = row && cellOf(row, setting);
  if (cell && linkOf(cell)) {
    set(choices.a, view.get("a") ?? "");
    set(choices.b, view.get("b"));
    select(cell);
    cell.scrollIntoView({ block: "center" });
  }
}

// ---- Keys ----

const keys = {
  a: () => hear(choices.a.value),
  b: () => hear(choices.b.value),
  x: hearTheOther,
  "/": () => controls.name.focus(),
  "?": () => byId("keys").toggleAttribute("open"),
};

function neighbour(cell, key) {
  const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const playable = cellsOf(rowOf(cell)).filter(linkOf);
    return playable[playable.indexOf(cell) + step];
  }
  const shown = [...body.rows].filter((row) => !row.hidden);
  const row = shown[shown.indexOf(rowOf(cell)) + step];
  return row && cellOf(row, cell.dataset.setting);
}

function onKey(event) {
  const target = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || target.matches("select, input[type=search]")) {
    return;
  }
  const link = target.closest("a.play");
  if (link && event.key.startsWith("Arrow")) {
    event.preventDefault();
    const next = neighbour(link.closest("td"), event.key);
    if (next && linkOf(next)) {
      select(next);
      linkOf(next).focus();
    }
    return;
  }
  if (event.key === " ") {
    const own = target.closest("a, button, input[type=checkbox], summary");
    if (link) {
      event.preventDefault();
      playOrPause(link.closest("td"));
    } else if (selected && !own) {
      event.preventDefault();
      playOrPause();
    }
    return;
  }
  if (!byId("shortcuts").checked) {
    return;
  }
  const key = event.key.toLowerCase();
  if (/^[0-9]$/.test(key) && selected) {
    const cell = cellsOf(rowOf(selected))[Number(key)];
    if (cell) {
      event.preventDefault();
      hear(cell.dataset.setting);
    }
  } else if (key in keys) {
    event.preventDefault();
    keys[key]();
  }
}

function announce(text) {
  byId("announcement").textContent = text;
}

// ---- Start ----

function onClick(event) {
  const cell = event.target.closest("td");
  const picture = event.target.closest(".picture");
  if (picture && linkOf(cell)) {
    const frame = picture.getBoundingClientRect();
    select(cell, { playing: true, at: ((event.clientX - frame.left) / frame.width) * secondsOf(cell) });
  } else if (event.target.closest("a.play") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    playOrPause(cell);
  }
}

// Where the page has been copied without the folders around it, links to them would lead nowhere.
function hideMissingSources() {
  const cell = table.querySelector("td[data-source]");
  if (cell) {
    const probe = new Audio();
    probe.preload = "metadata";
    probe.addEventListener("error", () => document.documentElement.classList.add("alone"));
    probe.src = cell.dataset.source;
  }
}

function start() {
  for (const link of table.querySelectorAll("a.play")) {
    link.role = "button";
    link.ariaPressed = "false";
  }
  byId("controls").hidden = false;
  byId("keys").hidden = false;
  body.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  byId("controls").addEventListener("input", rearrange);
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("everything").addEventListener("click", () => {
    controls.name.value = "";
    controls.class.value = "";
    rearrange();
  });
  toggle.addEventListener("click", () => playOrPause());
  slider.addEventListener("input", () => {
    jump(selected, slider.valueAsNumber);
    showPlayback();
  });
  for (const letter of ["a", "b"]) {
    byId(`hear-${letter}`).addEventListener("click", () => hear(choices[letter].value));
    choices[letter].addEventListener("change", () => hear(choices[letter].value));
  }
  // Exhibits have players of their own; only one sound is heard at a time.
  const onPlay = (event) => {
    pause();
    silenceExhibits(event.target);
  };
  document.addEventListener("play", onPlay, true);
  for (const id of ["loop", "matched"]) {
    byId(id).addEventListener("change", adjust);
  }
  // A link inside the page scrolls there and leaves the view in the address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) {
      event.preventDefault();
      const target = byId(link.getAttribute("href").slice(1));
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    }
  });
  window.addEventListener("hashchange", readView);
  readView();
  hideMissingSources();
}

start();
