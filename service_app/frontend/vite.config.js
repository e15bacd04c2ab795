// Builds js/ and css/ into ../static/dist with content hashes; service_app/core/assets.py reads the manifest.
import { defineConfig } from 'vite';
import { scanner } from './scanner.js';
import { sprite } from './sprite.js';
import { squeeze } from './squeeze.js';

export default defineConfig({
  base: '/static/dist/',
  publicDir: false,
  plugins: [sprite(), scanner(), squeeze()],
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    rollupOptions: {
      input: {
        staff: 'js/staff.js', public: 'js/public.js', app: 'css/app.css',
        board: 'js/board.js', wall: 'css/board.css', scan: 'js/scan.js', scanning: 'css/scan.css', sheet: 'js/sheet.js',
        notices: 'js/notices.js', dispatch: 'js/dispatch.js',
      },
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
        // what every page has, in one file: small files are dearer together than one
        codeSplitting: { groups: [{ name: 'typed', test: /preload-helper|\/js\/(focus|once|signature|toasts|typed)\.js$/ }] },
      },
    },
  },
});
