// Each file that shrinks stands squeezed beside itself, once and as hard as it goes: the server only picks one of the three.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const SHRINKS = /\.(js|css|svg|wasm)$/;
const LEAST = 1000; // bytes: what is smaller comes in one packet anyway

export function squeeze() {
  let place;
  return {
    name: 'squeeze',
    configResolved(config) { place = join(config.root, config.build.outDir); },
    closeBundle() {
      for (const name of readdirSync(place).filter((each) => SHRINKS.test(each))) {
        const content = readFileSync(join(place, name));
        if (content.length < LEAST) continue;
        const hint = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
        writeFileSync(join(place, `${name}.br`), brotliCompressSync(content, hint));
        writeFileSync(join(place, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}
