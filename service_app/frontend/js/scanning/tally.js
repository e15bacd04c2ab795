// Many codes, each thing once, the last one first. The list is kept in the browser until something was done with it; what a
// code names is asked of the server, and asked again when the line was away.
import { Kept } from './kept.js';

const AGAIN = 4000;
const kept = (workshop) => new Kept(`tally.${workshop}`);

export const forget = (workshop) => { kept(workshop).rows = []; };

export class Tally {
  constructor(form, said) {
    Object.assign(this, { form, said, words: form.dataset, kept: kept(form.dataset.list) });
    this.sheet = document.querySelector('[data-tally-form]');
    this.part = (name) => this.sheet.querySelector(`[data-tally-${name}]`);
    this.part('codes').classList.add('is-kept');
    this.part('undo').addEventListener('click', () => this.undo());
    this.part('clear').addEventListener('click', () => this.clear());
    this.sheet.addEventListener('submit', (event) => this.send(event), true);
    addEventListener('online', () => this.ask());
    const typed = this.sheet.elements.codes.value.split('\n').map((code) => code.trim()).filter(Boolean);
    if (typed.length) this.kept.rows = typed;
    this.kept.rows.forEach((code) => this.line(code));
    this.tell();
    this.ask();
  }

  add(code) {
    if (this.kept.rows.some((each) => each.toUpperCase() === code.toUpperCase())) {
      this.twice(code);
      return;
    }
    this.kept.rows = [...this.kept.rows, code];
    this.said.textContent = '';
    this.line(code);
    this.tell();
    this.ask();
  }

  line(code) {
    const line = document.createElement('li');
    line.className = 'tally-line';
    line.dataset.code = code;
    const name = document.createElement('span');
    name.className = 'code';
    name.textContent = code;
    const what = document.createElement('span');
    what.className = 'tally-what muted';
    what.textContent = '…';
    line.append(name, what);
    this.part('list').prepend(line);
  }

  lines() {
    return [...this.part('list').children];
  }

  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    clearTimeout(this.timer);
    const open = () => this.lines().reverse().find((line) => !('tag' in line.dataset));
    try {
      for (let line = open(); line; line = open()) await this.look(line);
      if (this.isAway) this.said.textContent = '';
      this.isAway = false;
    } catch {
      this.isAway = true;
      this.said.textContent = this.words.away;
      this.lines().filter((line) => !('tag' in line.dataset)).forEach((line) => { line.querySelector('.tally-what').textContent = this.words.waiting; });
      this.timer = setTimeout(() => this.ask(), AGAIN);
    }
    this.isAsking = false;
  }

  async look(line) {
    const { code } = line.dataset;
    const response = await fetch(`${this.words.look}?code=${encodeURIComponent(code)}`, { headers: { 'HX-Request': 'true' } });
    if (response.redirected) location.href = response.url;
    if (!response.ok || response.redirected) throw new Error(response.status);
    const holder = document.createElement('template');
    holder.innerHTML = await response.text();
    const known = holder.content.querySelector('li');
    known.dataset.code = code;
    const { tag } = known.dataset;
    if (!line.isConnected) return;
    if (tag && this.lines().some((each) => each !== line && each.dataset.tag === tag)) {
      this.drop(line);
      this.twice(tag);
    } else line.replaceWith(known);
    this.tell();
  }

  twice(code) {
    this.said.textContent = this.words.twice.replace('{code}', code);
  }

  drop(line) {
    this.kept.rows = this.kept.rows.filter((code) => code !== line.dataset.code);
    line.remove();
    this.tell();
  }

  undo() {
    const [last] = this.lines();
    if (last) this.drop(last);
    this.form.elements.code.focus();
  }

  clear() {
    this.lines().forEach((line) => this.drop(line));
    this.form.elements.code.focus();
  }

  tell() {
    const { rows } = this.kept;
    this.part('count').textContent = rows.length;
    this.part('undo').disabled = !rows.length;
    this.part('clear').hidden = !rows.length;
    this.part('none').hidden = rows.length > 0;
    this.sheet.elements.codes.value = rows.join('\n');
  }

  // sent with the line away the page would be lost, though not the list
  send(event) {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    this.said.textContent = this.words.away;
  }
}
