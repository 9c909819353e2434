/** Builds the page to `dist`; `npm run page` serves it with hot reload before a studio that runs. */
import { defineConfig } from 'vite';

const studio = process.env.SHIKA_STUDIO ?? 'http://127.0.0.1:8420';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that it holds behind a proxy that serves it below a path of its own.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy: { '/api': studio, '/healthz': studio } },
});
