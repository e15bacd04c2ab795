// A list that outlives a lost line, a closed tab and an empty battery.
export class Kept {
  constructor(name) {
    this.name = `ronde.${name}`;
  }

  get rows() {
    return JSON.parse(localStorage.getItem(this.name) ?? '[]');
  }

  set rows(rows) {
    if (rows.length) localStorage.setItem(this.name, JSON.stringify(rows));
    else localStorage.removeItem(this.name);
  }
}
