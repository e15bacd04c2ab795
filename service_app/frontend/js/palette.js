// Find anything: Ctrl/Cmd K or /. Rooms of the rail answer at once, the server adds what it knows. Without script the
// same form is a page.
import { isOn, isTyping } from './keys.js';

const dialog = document.getElementById('palette');
const WAIT = 90;

function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

class Palette {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector('form');
    this.input = root.querySelector('input');
    this.list = root.querySelector('[role="listbox"]');
    this.said = root.querySelector('[role="status"]');
    this.input.addEventListener('input', () => this.ask());
    this.input.addEventListener('keydown', (event) => this.onKey(event));
    this.form.addEventListener('submit', (event) => this.onSubmit(event));
    root.querySelector('[data-palette-close]').addEventListener('click', () => root.close());
    root.addEventListener('close', () => { this.input.value = ''; });
  }

  open() {
    if (this.root.open) return;
    document.querySelector('.rail:popover-open')?.hidePopover();
    this.root.showModal();
    this.input.focus();
    this.ask();
  }

  ask() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const q = this.input.value.trim();
    this.answer(this.rooms(q), '', q);
    if (q) this.timer = setTimeout(() => this.fetch(q), WAIT);
  }

  async fetch(q) {
    this.asked = new AbortController();
    const address = `${this.form.action}?q=${encodeURIComponent(q)}`;
    try {
      const response = await fetch(address, { headers: { 'HX-Request': 'true' }, signal: this.asked.signal });
      if (response.redirected) location.href = response.url;
      if (response.ok) this.answer(this.rooms(q), await response.text(), q);
    } catch (error) {
      if (error.name !== 'AbortError') this.said.textContent = document.getElementById('toasts').dataset.lost;
    }
  }

  rooms(q) {
    const wanted = plain(q);
    return [...document.querySelectorAll('[data-room]')]
      .filter((link) => plain(link.textContent).includes(wanted))
      .map((link) => this.room(link));
  }

  room(link) {
    const option = document.createElement('a');
    option.className = 'option';
    option.role = 'option';
    option.href = link.href;
    option.tabIndex = -1;
    const mark = document.createElement('span');
    mark.className = 'code';
    mark.append(link.querySelector('svg').cloneNode(true));
    const title = document.createElement('span');
    title.textContent = link.querySelector('span').textContent;
    const kind = document.createElement('span');
    kind.className = 'option-kind';
    kind.textContent = this.list.dataset.roomWord;
    option.append(mark, title, kind);
    return option;
  }

  answer(rooms, html, q) {
    if (html) this.list.innerHTML = html;
    else this.list.replaceChildren();
    this.list[q ? 'append' : 'prepend'](...rooms);
    this.options = [...this.list.querySelectorAll('[role="option"]')];
    this.options.forEach((option, at) => { option.id = `palette-${at}`; });
    this.said.textContent = html !== '' && !this.options.length ? this.list.dataset.none : '';
    this.input.setAttribute('aria-expanded', String(this.options.length > 0));
    this.choose(0);
  }

  choose(at) {
    this.at = this.options.length ? (at + this.options.length) % this.options.length : -1;
    this.options.forEach((option, each) => option.setAttribute('aria-selected', String(each === this.at)));
    const chosen = this.options[this.at];
    if (chosen) this.input.setAttribute('aria-activedescendant', chosen.id);
    else this.input.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  onKey(event) {
    if (event.key === 'Escape') {
      event.preventDefault(); // a search box would first empty itself
      this.root.close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose(this.at + step);
  }

  onSubmit(event) {
    const chosen = this.options[this.at];
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
  }
}

if (dialog) {
  const palette = new Palette(dialog);
  document.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || !event.target.closest('[data-palette-open]')) return;
    event.preventDefault();
    palette.open();
  });
  document.addEventListener('keydown', (event) => {
    const isChord = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k';
    const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && isOn() && !isTyping(event.target);
    if (!isChord && !isSlash) return;
    event.preventDefault();
    palette.open();
  });
}
