"use strict";
// The page shows the state that the server sends, and sends what a person asks for. What is chosen and what plays belongs
// to this window alone. Titles come from files of any origin and are only ever set as text.

const byId = (id) => document.getElementById(id);
const form = byId("make");

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

function announce(text) {
  byId("announcement").textContent = text;
}

const rounded = (value) => Number(value.toFixed(value < 10 ? 1 : 0));

function inTime(seconds) {
  if (seconds < 90) {
    return `${Math.max(Math.round(seconds), 1)} s`;
  }
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${rounded(seconds / 3600)} h`;
}

// ---- The server ----

let state = null;
const soundOf = (name) => state.sounds.find((sound) => sound.name === name);
const recordings = () => state.sounds.filter((sound) => sound.kind === "recording");
const textures = () => state.sounds.filter((sound) => sound.kind === "texture");

async function ask(path, options = {}) {
  const response = await fetch(path, options);
  if (response.ok) {
    return response.status === 204 ? null : response.json();
  }
  const text = await response.text();
  try {
    throw new Error(JSON.parse(text).error);
  } catch (error) {
    throw error instanceof SyntaxError ? new Error(text) : error;
  }
}

const send = (path, value) => ask(path, { method: "POST", body: JSON.stringify(value) });

async function follow() {
  for (;;) {
    try {
      const news = await ask(state ? `api/state?version=${state.version}` : "api/state");
      byId("offline").hidden = true;
      show(news);
    } catch (error) {
      // Of another run of the app, numbers of versions mean something else.
      byId("offline").hidden = false;
      if (state) {
        state.version = "none";
      }
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

// ---- Recordings arrive ----

// One after another, however many are dropped.
let arriving = Promise.resolve();

function arrive(files) {
  const batch = new Set();
  for (const file of files) {
    const status = make("span", {}, `${file.name}: waiting`);
    const item = make("li", {}, status);
    byId("arriving").append(item);
    arriving = arriving
      .then(() => upload(file, status))
      .then(
        (name) => {
          item.remove();
          select(name, batch);
          announce(`${file.name} is there`);
        },
        (error) => refuse(item, status, file.name, error.message),
      );
  }
}

function refuse(item, status, title, message) {
  status.className = "problem";
  status.setAttribute("role", "alert");
  // Messages of the server begin with the title where it is known there.
  const stem = title.replace(/\.[^.]*$/, "");
  status.textContent = message.startsWith(`${stem}: `) ? message : `${stem}: ${message}`;
  const dismiss = make("button", { type: "button", class: "link", onclick: () => item.remove() }, "Dismiss");
  dismiss.ariaLabel = `Dismiss the message about ${title}`;
  item.append(dismiss);
}

function upload(file, status) {
  if (state && file.size > state.limits.bytes) {
    const most = state.limits.bytes / 1e6;
    return Promise.reject(new Error(`is larger than ${most} MB, the most that is taken here; cut out a typical part`));
  }
  // Not fetch, which does not tell how far it is.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `api/recordings?title=${encodeURIComponent(file.name)}`);
    request.upload.addEventListener("progress", (event) => {
      const share = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
      status.textContent = share < 100 ? `${file.name}: ${share} %` : `${file.name}: being read`;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer.error = request.responseText;
      }
      if (request.status === 201) {
        resolve(answer.name);
      } else {
        reject(new Error(answer.error));
      }
    });
    request.addEventListener("error", () => reject(new Error("could not be sent; is it a folder, or has the app ended?")));
    request.send(file);
  });
}

function takeDemo(name) {
  send("api/demo", { name }).then(
    ({ name: added }) => select(added, new Set()),
    (error) => showProblem(error.message),
  );
}

// ---- What is asked for ----

const chosen = new Set();

// What has just come is chosen in place of what was; what was dropped together is chosen together.
function select(name, batch) {
  if (batch.size === 0) {
    chosen.clear();
  }
  batch.add(name);
  chosen.add(name);
  showSources();
  changed();
}

const chosenSounds = () => recordings().filter((sound) => chosen.has(sound.name));
const isMorph = () => chosenSounds().length === 2 && byId("morph").checked;
const quality = () => form.querySelector("input[name=quality]:checked")?.value;

function asked() {
  const paths = { stay: [byId("between").valueAsNumber], over: [0, 1], reverse: [1, 0], back: [0, 1, 0] };
  return {
    sources: chosenSounds().map((sound) => sound.name),
    morph: isMorph(),
    position: paths[byId("path").value],
    duration: byId("duration").valueAsNumber,
    takes: byId("takes").valueAsNumber,
    fade: byId("fade").valueAsNumber || 0,
    loop: byId("loop").checked,
    mono: !byId("stereo").checked,
    quality: quality(),
  };
}

function changed() {
  if (!state) {
    return;
  }
  byId("options").hidden = recordings().length === 0;
  form.classList.toggle("full", recordings().length > 0);
  const sounds = chosenSounds();
  byId("morph-choice").hidden = sounds.length !== 2;
  const morph = isMorph();
  byId("morphing").hidden = !morph;
  if (morph) {
    const [first, second] = sounds.map(({ title }) => (title.length > 20 ? `${title.slice(0, 19).trim()}…` : title));
    byId("morph-first").textContent = first;
    byId("morph-second").textContent = second;
    const [, over, reverse, back] = byId("path").options;
    over.textContent = `from ${first} to ${second}`;
    reverse.textContent = `from ${second} to ${first}`;
    back.textContent = `from ${first} to ${second} and back`;
  }
  for (const option of byId("path").options) {
    option.disabled = byId("loop").checked && option.value !== "stay";
  }
  if (byId("loop").checked) {
    byId("path").value = "stay";
  }
  byId("position-choice").hidden = byId("path").value !== "stay";
  byId("fade").disabled = byId("loop").checked;
  byId("stereo-choice").hidden = morph || !sounds.some((sound) => sound.facts.channels === 2);
  for (const radio of form.querySelectorAll("input[name=quality]")) {
    const full = state.qualities.find((one) => one.name === radio.value).full_range;
    radio.closest("label").hidden = full && (morph || !sounds.some((sound) => sound.facts.sample_rate > 16000));
    if (radio.checked && radio.closest("label").hidden) {
      form.querySelector("input[value=good]").checked = true;
    }
  }
  const count = (morph ? 1 : sounds.length) * (byId("takes").valueAsNumber || 1);
  const what = byId("loop").checked ? "loop" : morph ? "morph" : "sound";
  byId("go").textContent = count > 1 ? `Make ${count} ${what}s` : `Make a ${what}`;
  byId("go").disabled = sounds.length === 0;
  keepChoices();
  estimate();
}

// A reload keeps what is chosen, in this window alone.
const choices = () => [...form.elements].filter(({ id, type }) => id && /number|checkbox|range|select/.test(type));

function keepChoices() {
  const values = choices().map(({ id, type, checked, value }) => [id, type === "checkbox" ? checked : value]);
  const kept = { values, quality: quality(), sources: [...chosen] };
  sessionStorage.setItem("choices", JSON.stringify(kept));
}

function restoreChoices() {
  const kept = JSON.parse(sessionStorage.getItem("choices")) ?? { values: [], sources: [] };
  const values = new Map(kept.values);
  for (const field of choices().filter(({ id }) => values.has(id))) {
    field[field.type === "checkbox" ? "checked" : "value"] = values.get(field.id);
  }
  for (const radio of form.querySelectorAll("input[name=quality]")) {
    radio.checked ||= radio.value === kept.quality;
  }
  const known = recordings().map(({ name }) => name);
  const still = known.filter((name) => kept.sources.includes(name));
  for (const name of still.length ? still : known.slice(-1)) {
    chosen.add(name);
  }
}

let estimates = 0;
let estimated = "";
async function estimate() {
  const done = textures().filter((sound) => sound.state === "done").length;
  const wanted = JSON.stringify([asked(), state.measured, done]);
  if (wanted === estimated) {
    return;
  }
  estimated = wanted;
  const number = ++estimates;
  let seconds = {};
  if (chosenSounds().length === 0) {
    showProblem("");
  } else if (form.checkValidity()) {
    await new Promise((done) => setTimeout(done, 150));
    if (number !== estimates) {
      return;
    }
    try {
      ({ seconds } = await send("api/estimate", asked()));
      showProblem("");
    } catch (error) {
      showProblem(error.message);
    }
  }
  if (number === estimates) {
    for (const radio of form.querySelectorAll("input[name=quality]")) {
      const found = seconds[radio.value];
      radio.closest("label").querySelector(".about").textContent = found ? `about ${inTime(found)}` : "";
    }
  }
}

function showProblem(text) {
  byId("problem").textContent = text;
}

async function submit(event) {
  event.preventDefault();
  const invalid = form.querySelector("input:invalid");
  if (invalid) {
    invalid.focus();
    showProblem(`${invalid.closest("label").textContent.trim()}: ${invalid.validationMessage}`);
    return;
  }
  try {
    const { names } = await send("api/textures", asked());
    showProblem("");
    announce(names.length === 1 ? "One sound is queued" : `${names.length} sounds are queued`);
  } catch (error) {
    showProblem(error.message);
  }
}

function showSources() {
  const sounds = recordings();
  const list = byId("sources");
  const old = new Map([...list.children].map((label) => [label.dataset.name, label]));
  for (const sound of sounds) {
    if (!old.has(sound.name)) {
      const box = make("input", { type: "checkbox" });
      box.addEventListener("change", () => {
        chosen[box.checked ? "add" : "delete"](sound.name);
        changed();
      });
      // The newest first, as beside it.
      list.prepend(make("label", { "data-name": sound.name }, box, make("span", {}, sound.title)));
    }
    old.delete(sound.name);
  }
  for (const label of old.values()) {
    label.remove();
  }
  for (const label of list.children) {
    label.querySelector("input").checked = chosen.has(label.dataset.name);
  }
}

// ---- What there is ----

function show(news) {
  const first = state === null;
  const before = new Map((state?.sounds ?? []).map((sound) => [sound.name, sound]));
  state = { ...news, received: performance.now() };
  if (first) {
    begin();
  }
  byId("folder").textContent = state.folder;
  byId("measuring").hidden = state.measured;
  byId("nothing").hidden = state.sounds.length > 0;
  byId("all").hidden = !textures().some((sound) => sound.state === "done" && !sound.missing);
  for (const sound of state.sounds) {
    const old = before.get(sound.name);
    if (old && old.state !== sound.state && (sound.state === "done" || sound.state === "failed")) {
      announce(`${nameOf(sound)} is ${sound.state === "done" ? "finished" : "not made"}`);
    }
  }
  if (player.sound && !soundOf(player.sound.name)) {
    player.stop();
  }
  for (const name of chosen) {
    // What has just come is chosen before the news of it are there.
    if (before.has(name) && !soundOf(name)) {
      chosen.delete(name);
    }
  }
  showSources();
  showGroups();
  changed();
}

function begin() {
  byId("duration").max = state.limits.texture;
  byId("takes").max = state.limits.takes;
  state.demos.forEach((name, number) => {
    const button = make("button", { type: "button", class: "link", onclick: () => takeDemo(name) }, name);
    button.ariaLabel = `Take the demo sound ${name}`;
    const after = number < state.demos.length - 2 ? ", " : number < state.demos.length - 1 ? " or " : "";
    byId("demos").append(button, after);
  });
  state.qualities.forEach(({ name, title, hint }, number) => {
    const radio = make("input", { type: "radio", name: "quality", value: name, checked: number === 0 });
    const [about, what] = [make("span", { class: "about" }), make("span", { class: "hint" }, hint)];
    byId("qualities").append(make("label", {}, radio, make("span", {}, title), about, what));
  });
  restoreChoices();
}

const kindOf = (sound) => (sound.settings.loop ? "loop" : sound.sources.length === 2 ? "morph" : "texture");
const nameOf = (sound) => (sound.kind === "recording" ? sound.title : `${sound.title}: ${labelOf(sound)}`);
const labelOf = (sound) =>
  sound.kind === "recording" ? "recording" : `${kindOf(sound)}, ${sound.settings.duration} s, take ${sound.settings.seed}`;
const groupOf = (sound) => (sound.kind === "recording" ? sound.name : sound.sources.join("+"));

function factsOf({ facts }) {
  const channels = { 1: "mono", 2: "stereo" }[facts.channels] ?? `${facts.channels} channels`;
  return `${facts.seconds.toFixed(1)} s, ${facts.sample_rate / 1000} kHz, ${channels}`;
}

// The newest first. Elements stay as long as their sounds do, so that nothing loses its focus or closes.
function showGroups() {
  const groups = new Map();
  for (const sound of state.sounds) {
    const key = groupOf(sound);
    groups.set(key, [...(groups.get(key) ?? []), sound]);
  }
  const newest = ([, sounds]) => Math.max(...sounds.map((sound) => sound.added));
  const ordered = [...groups].sort((one, other) => newest(other) - newest(one));
  const old = new Map([...byId("groups").children].map((article) => [article.dataset.group, article]));
  const articles = ordered.map(([key, sounds]) => {
    const article = old.get(key) ?? newGroup(key);
    nameGroup(article, sounds.find((sound) => sound.kind === "recording") ?? sounds[0]);
    showCells(article.querySelector(".cells"), sounds);
    return article;
  });
  arrange(byId("groups"), articles);
}

// Only what is out of place is moved, and what is moved keeps the focus.
function arrange(list, items) {
  const focused = document.activeElement;
  for (const item of [...list.children]) {
    if (!items.includes(item)) {
      item.remove();
    }
  }
  items.forEach((item, number) => {
    if (list.children[number] !== item) {
      list.insertBefore(item, list.children[number] ?? null);
    }
  });
  if (focused !== document.activeElement && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
}

function newGroup(key) {
  const head = make("header", {}, make("h3"), make("span", { class: "facts" }));
  return make("article", { "data-group": key }, head, make("div", { class: "cells" }));
}

function nameGroup(article, sound) {
  const lost = sound.kind !== "recording" && sound.sources.length === 1;
  article.setAttribute("aria-label", sound.title);
  article.querySelector("h3").textContent = sound.title;
  article.querySelector(".facts").textContent =
    sound.kind === "recording" ? factsOf(sound) : lost ? "its recording is not there any more" : "morph";
}

function showCells(cells, sounds) {
  // The recording, then the newest.
  const ordered = [...sounds].sort((one, other) => (one.kind === other.kind ? other.added - one.added : one.kind < other.kind ? -1 : 1));
  const old = new Map([...cells.children].map((cell) => [cell.dataset.name, cell]));
  const shown = ordered.map((sound) => {
    const label = { class: "cell", "data-name": sound.name, role: "group", "aria-label": labelOf(sound) };
    const cell = old.get(sound.name) ?? make("div", label);
    fill(cell, sound);
    return cell;
  });
  const focused = cells.contains(document.activeElement);
  arrange(cells, shown);
  if (focused && document.activeElement === document.body) {
    byId("sounds").focus({ preventScroll: true });
  }
}

function fill(cell, sound) {
  const done = sound.kind === "recording" || sound.state === "done";
  const appearance = sound.missing ? "missing" : sound.state;
  if (cell.dataset.state !== appearance) {
    const focused = cell.contains(document.activeElement);
    cell.dataset.state = appearance;
    cell.replaceChildren(...(done ? finished(sound) : unfinished(sound)));
    if (focused) {
      cell.querySelector("button")?.focus({ preventScroll: true });
    }
  }
  if (!done) {
    showProgress(cell, sound);
  }
}

function unfinished(sound) {
  const parts = [make("p", { class: "facts" }, labelOf(sound))];
  const box = make("div", { class: "waiting" });
  const remove = (text) => {
    const button = make("button", { type: "button", class: "link", onclick: () => discard(sound) }, text);
    button.ariaLabel = `${text} ${nameOf(sound)}`;
    return button;
  };
  if (sound.state === "queued" || sound.state === "running") {
    const bar = make("progress", { max: 1 });
    bar.ariaLabel = `Progress of ${nameOf(sound)}`;
    box.append(make("span", { class: "step" }), bar);
    parts.push(box, make("p", { class: "actions" }, remove("Cancel")));
  } else {
    const text = sound.state === "failed" ? sound.error : "Stopped when the app was closed.";
    box.append(make("span", { class: "problem" }, text));
    parts.push(box, make("p", { class: "actions" }, againButton(sound), remove("Remove")));
  }
  return parts;
}

function againButton(sound) {
  const again = make("button", { type: "button", class: "link", onclick: () => remake(sound) }, "Make it again");
  again.ariaLabel = `Make it again: ${nameOf(sound)}`;
  return again;
}

function showProgress(cell, sound) {
  const step = cell.querySelector(".step");
  if (!step) {
    return;
  }
  const bar = cell.querySelector("progress");
  let text = "Starting";
  if (sound.state === "queued") {
    text = sound.position > 1 ? `Queued, ${sound.position} before it` : "Queued, next";
    bar.value = 0;
  } else if (sound.progress) {
    const { step: doing, share, left } = sound.progress;
    const rest = left - (performance.now() - state.received) / 1000;
    text = `${doing}${left === null ? "" : rest < 1 ? ", nearly done" : `, about ${inTime(rest)} left`}`;
    bar.value = share;
  }
  step.textContent = text;
}

function countDown() {
  const running = state?.sounds.find((sound) => sound.state === "running");
  const cell = running && document.querySelector(`.cell[data-name="${running.name}"]`);
  if (cell) {
    showProgress(cell, running);
  }
}

function finished(sound) {
  const play = make("button", { type: "button", class: "play", "aria-pressed": "false" });
  play.append(make("span", { class: "name" }, labelOf(sound)));
  play.ariaLabel = `Play ${nameOf(sound)}`;
  play.addEventListener("click", () => player.playOrPause(sound));
  const image = make("img", { src: `sounds/${sound.name}.png`, alt: "", loading: "lazy" });
  const picture = make("div", { class: "picture" }, image);
  picture.title = `0 to ${rounded(sound.facts.highest / 1000)} kHz; click to play from there`;
  picture.addEventListener("click", (event) => {
    const frame = picture.getBoundingClientRect();
    player.play(sound, ((event.clientX - frame.left) / frame.width) * sound.facts.seconds);
  });
  const parts = [play, picture];
  const remove = make("button", { type: "button", class: "link", onclick: () => discard(sound) }, "Remove");
  remove.ariaLabel = `Remove ${nameOf(sound)}`;
  if (sound.kind === "recording") {
    return [...parts, make("p", { class: "actions" }, remove)];
  }
  const words = (sound.words ?? []).map(({ good, text }) => make("li", { class: good ? "" : "bad" }, text));
  const notes = (sound.notes ?? []).map((text) =>
    make("li", { class: "note" }, `${text[0].toUpperCase()}${text.slice(1)}.`),
  );
  if (words.length || notes.length) {
    parts.push(make("ul", {}, ...words, ...notes));
  }
  const link = (format) => {
    const text = format.toUpperCase();
    const anchor = make("a", { href: `download/${sound.name}.${format}`, download: true }, text);
    anchor.ariaLabel = `Download ${nameOf(sound)} as ${text}`;
    return anchor;
  };
  if (sound.missing) {
    parts.push(make("p", { class: "problem" }, "Its WAV file was moved or deleted."));
  }
  const wav = sound.missing ? againButton(sound) : link("wav");
  parts.push(make("p", { class: "actions" }, wav, link("flac"), remove), howItWasMade(sound));
  return parts;
}

function howItWasMade(sound) {
  const { settings } = sound;
  const facts = {
    file: `${sound.file}`,
    quality: state.qualities.find((one) => one.name === settings.quality)?.title ?? settings.quality,
    ...(settings.position.length ? { position: settings.position.join(", ") } : {}),
    ...(settings.fade ? { fades: `${settings.fade} s` } : {}),
    seed: settings.seed,
    made: new Date(1000 * sound.added).toLocaleString(),
    ...(sound.took ? { took: inTime(sound.took) } : {}),
  };
  const list = make("dl");
  for (const [name, value] of Object.entries(facts)) {
    list.append(make("dt", {}, name), make("dd", {}, String(value)));
  }
  const command = make("pre", {}, sound.command);
  const copy = make("button", { type: "button", class: "link" }, "Copy the command");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(sound.command);
      copy.textContent = "Copied";
      announce("The command is copied");
      setTimeout(() => (copy.textContent = "Copy the command"), 2000);
    } catch {
      // Browsers keep the clipboard from pages of other machines that are not encrypted.
      getSelection().selectAllChildren(command);
      announce("The command is selected");
    }
  });
  const text = "This command makes the same file again. With --force at its end, it overwrites the one that is there.";
  const details = make("details", {}, make("summary", {}, "How it was made"), list, make("p", { class: "hint" }, text));
  details.append(command, copy);
  return details;
}

async function discard(sound) {
  const loses = sound.kind === "recording" || sound.state === "done";
  if (loses && !confirm(`Remove ${nameOf(sound)} and its file?`)) {
    return;
  }
  await ask(`api/sounds/${sound.name}`, { method: "DELETE" }).catch((error) => {
    announce(error.message);
    alert(`${nameOf(sound)}: ${error.message}`);
  });
}

async function remake(sound) {
  await send(`api/sounds/${sound.name}/again`, {}).catch((error) => alert(`${nameOf(sound)}: ${error.message}`));
}

// ---- The player ----

const TARGET_LOUDNESS = -23;
const CEILING = -1;
const CROSSFADE = 0.02;
const KEPT_BUFFERS = 6;

// Samples are played at their own rate, so that loops stay seamless, and two sounds change places at one instant.
class Player {
  constructor() {
    this.sound = null;
    this.contexts = new Map();
    this.buffers = new Map();
    this.voice = null;
    this.at = 0;
    this.wanted = 0;
  }

  contextOf(sound) {
    const rate = sound.facts.sample_rate;
    if (!this.contexts.has(rate)) {
      let context;
      try {
        context = new AudioContext({ sampleRate: rate });
      } catch {
        context = new AudioContext();
      }
      this.contexts.set(rate, context);
    }
    return this.contexts.get(rate);
  }

  bufferOf(sound) {
    let buffer = this.buffers.get(sound.name);
    if (!buffer) {
      const context = this.contextOf(sound);
      buffer = fetch(`sounds/${sound.name}.flac`)
        .then((response) => (response.ok ? response.arrayBuffer() : Promise.reject(new Error("its file is gone"))))
        .then((data) => context.decodeAudioData(data));
      buffer.catch(() => this.buffers.delete(sound.name));
    }
    this.buffers.delete(sound.name);
    this.buffers.set(sound.name, buffer);
    for (const name of [...this.buffers.keys()].slice(0, -KEPT_BUFFERS)) {
      this.buffers.delete(name);
    }
    return buffer;
  }

  get playing() {
    return this.voice !== null;
  }

  // Seconds since the start of the sound that plays, or where it stopped.
  get position() {
    if (!this.voice) {
      return this.at;
    }
    const { context, started, offset, seconds } = this.voice;
    const position = offset + Math.max(context.currentTime - started, 0);
    return byId("repeat").checked ? position % seconds : Math.min(position, seconds);
  }

  // A is the recording; B the sound that was made last from it, or that was chosen.
  get pair() {
    return { a: soundOf(this.source ?? ""), b: soundOf(this.made ?? "") };
  }

  gainOf(sound) {
    if (!byId("matched").checked || sound.facts.loudness === null) {
      return 1;
    }
    const pair = Object.values(this.pair).filter((one) => one && one.facts && one.facts.loudness !== null);
    const reach = pair.map(({ facts }) => facts.loudness + CEILING - 20 * Math.log10(facts.peak));
    return 10 ** ((Math.min(TARGET_LOUDNESS, ...reach) - sound.facts.loudness) / 20);
  }

  choose(sound) {
    const before = this.sound;
    this.sound = sound;
    if (sound.kind === "recording") {
      if (this.source !== sound.name) {
        this.made = textures().findLast((one) => one.state === "done" && one.sources.includes(sound.name))?.name;
      }
      this.source = sound.name;
    } else {
      this.made = sound.name;
      if (!sound.sources.includes(this.source)) {
        this.source = sound.sources[0];
      }
    }
    return before && groupOf(before).split("+").some((name) => groupOf(sound).split("+").includes(name));
  }

  async play(sound, at) {
    const related = this.choose(sound);
    const wanted = ++this.wanted;
    this.mark();
    let buffer;
    try {
      const context = this.contextOf(sound);
      await Promise.all([context.resume(), (buffer = await this.bufferOf(sound))]);
      if (wanted !== this.wanted) {
        return;
      }
      let start = at ?? (related ? this.position : 0);
      start = start < buffer.duration ? start : byId("repeat").checked ? start % buffer.duration : 0;
      this.begin(context, buffer, sound, start);
    } catch (error) {
      announce(`${nameOf(sound)} cannot be played: ${error.message}`);
    }
    this.mark();
    // The other one of the two comes at once when it is asked for.
    for (const other of Object.values(this.pair)) {
      if (other && other.name !== sound.name) {
        this.bufferOf(other).catch(() => {});
      }
    }
  }

  begin(context, buffer, sound, offset) {
    this.end(CROSSFADE);
    const source = context.createBufferSource();
    const gain = context.createGain();
    source.buffer = buffer;
    source.loop = byId("repeat").checked;
    source.connect(gain).connect(context.destination);
    const started = context.currentTime;
    gain.gain.setValueAtTime(0, started);
    gain.gain.linearRampToValueAtTime(this.gainOf(sound), started + CROSSFADE);
    source.start(started, offset);
    const voice = { context, source, gain, started, offset, seconds: buffer.duration, name: sound.name };
    source.addEventListener("ended", () => {
      if (this.voice === voice) {
        this.voice = null;
        this.at = 0;
        this.mark();
      }
    });
    this.voice = voice;
    requestAnimationFrame(() => this.draw());
  }

  end(fade) {
    if (this.voice) {
      this.at = this.position;
      const { context, source, gain } = this.voice;
      const now = context.currentTime;
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(0, now + fade);
      source.stop(now + fade);
      this.voice = null;
    }
  }

  pause() {
    this.wanted += 1;
    this.end(CROSSFADE);
    this.mark();
  }

  stop() {
    this.pause();
    this.sound = null;
    byId("player").hidden = true;
  }

  playOrPause(sound = this.sound) {
    if (this.playing && this.sound?.name === sound.name) {
      this.pause();
    } else if (this.sound?.name === sound.name) {
      this.play(sound, this.at);
    } else {
      this.play(sound);
    }
  }

  jump(position) {
    this.at = position;
    if (this.playing) {
      this.play(this.sound, position);
    } else {
      this.mark();
    }
  }

  hear(letter) {
    const sound = this.pair[letter];
    if (sound && sound.facts) {
      this.play(sound, this.sound === null ? 0 : undefined);
      announce(labelOf(sound));
    }
  }

  hearTheOther() {
    this.hear(this.sound?.name === this.made ? "a" : "b");
  }

  mark() {
    for (const cell of document.querySelectorAll(".cell")) {
      const selected = cell.dataset.name === this.sound?.name;
      cell.classList.toggle("selected", selected);
      cell.querySelector("button.play")?.setAttribute("aria-pressed", String(selected && this.playing));
      for (const sign of cell.querySelectorAll(".mark, .playhead")) {
        sign.remove();
      }
      const picture = cell.querySelector(".picture");
      for (const [letter, sound] of Object.entries(this.pair)) {
        if (picture && this.sound && sound?.name === cell.dataset.name) {
          picture.append(make("span", { class: `mark ${letter}`, "aria-hidden": "true" }, letter.toUpperCase()));
        }
      }
      if (picture && selected) {
        picture.append(make("div", { class: "playhead" }));
      }
    }
    if (!this.sound) {
      return;
    }
    const { a, b } = this.pair;
    byId("player").hidden = false;
    byId("now-title").textContent = this.sound.title;
    byId("now-kind").textContent = labelOf(this.sound);
    byId("toggle").classList.toggle("playing", this.playing);
    byId("toggle").ariaLabel = this.playing ? "Pause" : "Play";
    byId("a-is").textContent = !a ? "none" : b?.sources.length === 2 ? a.title : "recording";
    byId("b-is").textContent = b ? labelOf(b) : "nothing yet";
    byId("hear-a").disabled = !a;
    byId("hear-b").disabled = !b;
    byId("hear-a").ariaPressed = String(this.playing && this.sound.name === a?.name);
    byId("hear-b").ariaPressed = String(this.playing && this.sound.name === b?.name);
    this.draw();
  }

  draw() {
    if (!this.sound) {
      return;
    }
    const seconds = this.sound.facts.seconds;
    const position = Math.min(this.position, seconds);
    const line = document.querySelector(".cell.selected .playhead");
    if (line) {
      line.style.left = `${(100 * position) / seconds}%`;
    }
    const slider = byId("position");
    slider.max = seconds;
    slider.value = position;
    const text = `${position.toFixed(1)} of ${seconds.toFixed(1)} s`;
    if (byId("time").textContent !== text) {
      byId("time").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    }
    if (this.playing) {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    }
  }

  adjust() {
    if (this.voice) {
      const { context, gain, source } = this.voice;
      gain.gain.setTargetAtTime(this.gainOf(this.sound), context.currentTime, CROSSFADE);
      source.loop = byId("repeat").checked;
    }
  }
}

const player = new Player();

// ---- Keys, drops, start ----

function onKey(event) {
  const target = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || !byId("shortcuts").checked || !player.sound) {
    return;
  }
  if (target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea") && target.id !== "position") {
    return;
  }
  const own = target.closest("button, a, summary, input:not([type=range])");
  const does = { a: () => player.hear("a"), b: () => player.hear("b"), x: () => player.hearTheOther() };
  const key = event.key.toLowerCase();
  if (key === " " && !own) {
    event.preventDefault();
    player.playOrPause();
  } else if (key in does) {
    event.preventDefault();
    does[key]();
  }
}

function startPage() {
  let over = 0;
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = () => document.body.classList.toggle("over", over > 0);
  document.addEventListener("dragenter", (event) => {
    over += holdsFiles(event) ? 1 : 0;
    mark();
  });
  document.addEventListener("dragleave", (event) => {
    over = Math.max(over - (holdsFiles(event) ? 1 : 0), 0);
    mark();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over = 0;
    mark();
    arrive(event.dataTransfer.files);
  });
  byId("choose").addEventListener("click", () => byId("files").click());
  byId("files").addEventListener("change", () => {
    arrive(byId("files").files);
    byId("files").value = "";
  });
  form.addEventListener("input", changed);
  form.addEventListener("submit", submit);
  byId("toggle").addEventListener("click", () => player.playOrPause());
  byId("position").addEventListener("input", () => player.jump(byId("position").valueAsNumber));
  byId("hear-a").addEventListener("click", () => player.hear("a"));
  byId("hear-b").addEventListener("click", () => player.hear("b"));
  for (const id of ["repeat", "matched"]) {
    byId(id).addEventListener("change", () => player.adjust());
  }
  document.addEventListener("keydown", onKey);
  // Files may have been moved meanwhile.
  window.addEventListener("focus", () => ask("api/state").then(show, () => {}));
  setInterval(countDown, 1000);
  follow();
}

startPage();
