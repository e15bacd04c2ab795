// The icons of icons.txt as one SVG of symbols, so that a page carries none twice and only used ones are built.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const set = createRequire(import.meta.url)('@iconify-json/lucide/icons.json');

export function names(file = new URL('./icons.txt', import.meta.url)) {
  return readFileSync(file, 'utf8').split('\n').map((line) => line.trim()).filter(Boolean);
}

function symbol(name) {
  const icon = set.icons[set.aliases?.[name]?.parent ?? name];
  if (!icon) throw new Error(`icons.txt names "${name}", which the Lucide set does not have`);
  // colour and width of the line are the page's business: see .icon in the stylesheet
  const body = icon.body.replaceAll(/ (fill|stroke|stroke-width|stroke-linecap|stroke-linejoin)="[^"]*"/g, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
}

export function sprite() {
  return {
    name: 'icon-sprite',
    generateBundle() {
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${names().map(symbol).join('')}</svg>`;
      this.emitFile({ type: 'asset', name: 'sprite.svg', originalFileName: 'sprite.svg', source });
    },
  };
}
