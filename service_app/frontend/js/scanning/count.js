// Counting into a stock-take: each code is kept in the browser and sent in turn, one at a time, also by two tabs at once. The
// server counts a thing once, so a code that was sent and not answered is simply sent again.
import { Kept } from './kept.js';

const AGAIN = 4000;

export class Count {
  constructor(form, said) {
    Object.assign(this, { form, said, kept: new Kept(`count.${form.dataset.list}`) });
    this.waiting = document.querySelector('[data-unsent]');
    addEventListener('online', () => this.send());
    this.tell();
    this.send();
  }

  add(code) {
    this.kept.rows = [...this.kept.rows, { code, place: this.form.elements.place?.value ?? '' }];
    this.send();
  }

  tell(isAway) {
    const { length } = this.kept.rows;
    this.waiting.hidden = !isAway || !length;
    this.waiting.textContent = this.form.dataset.waiting.replace('{count}', length);
  }

  send() {
    clearTimeout(this.timer);
    return navigator.locks.request(this.kept.name, async () => {
      let isAway = false;
      while (this.kept.rows.length && !isAway) isAway = !(await this.sendOne(this.kept.rows[0]));
      this.tell(isAway);
      if (isAway) this.timer = setTimeout(() => this.send(), AGAIN);
    });
  }

  // true when the server counted it or said why it cannot be counted; anything else (signed out, a form too old, a server in
  // trouble) leaves it on the list
  async sendOne(row) {
    try {
      const response = await fetch(this.form.action, { method: 'POST', headers: { 'HX-Request': 'true' }, body: this.body(row) });
      if (response.redirected) location.href = response.url;
      if (response.redirected) return false;
      this.said.innerHTML = await response.text();
      if (!response.ok && ![409, 422].includes(response.status)) return false;
      this.kept.rows = this.kept.rows.slice(1);
      document.body.dispatchEvent(new CustomEvent('counted'));
      return true;
    } catch {
      return false;
    }
  }

  body({ code, place }) {
    const body = new FormData();
    body.set('csrf_token', this.form.elements.csrf_token.value);
    body.set('code', code);
    body.set('place', place);
    return body;
  }
}
