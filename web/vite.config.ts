import { fileURLToPath } from 'node:url'
import type { InlineConfig } from 'vite'

/** How the page is built, for the local runtime and for hosting. */
export const config = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  envFile: false,
  logLevel: 'silent',
  // Tests set another `NODE_ENV`, and would get React's development build.
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  // React's interface in a tenth of its size: docs/decisions.md says why.
  resolve: {
    alias: {
      'react-dom/client': 'preact/compat/client',
      'react-dom': 'preact/compat',
      'react/jsx-runtime': 'preact/jsx-runtime',
      react: 'preact/compat',
    },
  },
  oxc: { jsx: { runtime: 'automatic', development: false } },
  build: {
    // The policy allows no `data:` pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Older targets would make the bundler rewrite `light-dark()`.
    cssTarget: ['chrome123', 'safari17.5', 'firefox128'],
    reportCompressedSize: false,
    // What is loaded first is one file: compressed, seven were 3 kB more.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } } },
  },
} satisfies InlineConfig
