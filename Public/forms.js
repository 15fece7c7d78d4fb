// Comforts for the partners' forms. Every page works without this file; the server checks everything again.
// A page asks for a comfort with a data attribute, which also holds the words, so that no language lives here.
const part = (id) => document.getElementById(id);

// <button hidden data-copy="id" data-done="Copied">, beside an element with role=status
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const status = button.parentElement.querySelector('[role=status]');
    await navigator.clipboard.writeText(part(button.dataset.copy).textContent.trim());
    status.textContent = button.dataset.done;
    setTimeout(() => { status.textContent = ''; }, 4000);
  });
}

// <button hidden data-reveal="id" data-show="Show password" data-hide="Hide password">
for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = part(button.dataset.reveal);
  const show = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener('click', () => show(field.type === 'password'));
  field.form.addEventListener('submit', () => show(false));
}

// <button hidden data-adds="https://…" data-to="id of a textarea">
for (const button of document.querySelectorAll('[data-adds]')) {
  const field = part(button.dataset.to);
  button.hidden = false;
  button.addEventListener('click', () => {
    const lines = field.value.split('\n').filter((line) => line.trim());
    if (!lines.includes(button.dataset.adds)) lines.push(button.dataset.adds);
    field.value = lines.join('\n');
    field.focus();
  });
}

// <input data-fills="id of the name shown" data-letter="id of the monogram">
for (const field of document.querySelectorAll('[data-fills]')) {
  const shown = part(field.dataset.fills);
  const stand = shown.textContent;
  const show = () => {
    const name = field.value.trim();
    const letter = part(field.dataset.letter);
    shown.textContent = name || stand;
    if (letter) letter.textContent = ([...name][0] ?? '?').toUpperCase();
  };
  field.addEventListener('input', show);
  show();
}

// <input data-previews="id of a part of the page" data-from="where the page comes from with what was typed">
for (const field of document.querySelectorAll('[data-previews]')) {
  let latest = 0;
  field.addEventListener('input', async () => {
    const turn = ++latest;
    const answer = await fetch(`${field.dataset.from}?${new URLSearchParams({ [field.name]: field.value })}`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const shown = page.getElementById(field.dataset.previews);
    if (shown && turn === latest) part(field.dataset.previews).replaceWith(document.adoptNode(shown));
  });
}

// <input type=color hidden data-picks="id of the field that is sent">
for (const picker of document.querySelectorAll('[data-picks]')) {
  const field = part(picker.dataset.picks);
  picker.hidden = false;
  picker.addEventListener('input', () => {
    field.value = picker.value;
    field.dispatchEvent(new Event('input'));
  });
  field.addEventListener('input', () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value.toLowerCase();
  });
}

// <input type=file data-logo data-says="id of an aria-live line" data-shows="id of a .logo" and the words and limits>
for (const field of document.querySelectorAll('[data-logo]')) {
  const says = part(field.dataset.says);
  const frame = part(field.dataset.shows);
  const monogram = frame?.firstElementChild;
  field.addEventListener('change', async () => {
    const file = field.files[0];
    if (frame?.firstElementChild.src) URL.revokeObjectURL(frame.firstElementChild.src);
    frame?.replaceChildren(monogram);
    says.textContent = '';
    if (!file) return;
    const { problem, values } = await look(file, field.dataset);
    says.className = problem ? 'err' : 'hint';
    says.textContent = fill(field.dataset[problem ?? 'fine'], values);
    field.setAttribute('aria-invalid', String(Boolean(problem)));
    if (problem || !frame) return;
    const picture = new Image(64, 64);
    picture.alt = '';
    picture.src = URL.createObjectURL(file);
    frame.replaceChildren(picture);
  });
}

/** What is wrong with the file, judged by its first 24 bytes: the PNG signature, then width and height from IHDR. */
async function look(file, words) {
  const bytes = new Uint8Array(await file.slice(0, 24).arrayBuffer());
  const start = String.fromCharCode(...bytes);
  const values = { name: file.name, size: weight(file.size) };
  if (!start.startsWith('\x89PNG\r\n\x1a\n') || bytes.length < 24) {
    values.kind = kind(start);
    return { problem: values.kind ? 'notPng' : 'unknown', values };
  }
  if (file.size > Number(words.maxBytes)) return { problem: 'tooHeavy', values };
  const header = new DataView(bytes.buffer);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  Object.assign(values, { width, height });
  if (Math.max(width, height) > Number(words.maxSide)) return { problem: 'tooLarge', values };
  if (width < Number(words.minSide)) return { problem: 'tooSmall', values };
  return { values };
}

/** The format that a file's first bytes announce; names of formats are the same in every language. */
function kind(start) {
  const known = { 'ÿØÿ': 'JPEG', 'GIF8': 'GIF', '%PDF': 'PDF', 'RIFF': 'WebP', '<svg': 'SVG', '<?xml': 'SVG', 'BM': 'BMP' };
  return Object.entries(known).find(([mark]) => start.startsWith(mark))?.[1];
}

function weight(bytes) {
  const isLarge = bytes >= 1024 * 1024;
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: isLarge ? 1 : 0 });
  return isLarge ? `${format.format(bytes / 1024 / 1024)} MB` : `${format.format(Math.ceil(bytes / 1024))} KB`;
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
