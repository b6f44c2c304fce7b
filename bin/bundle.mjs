/** Bundles our own entry points to dist/: plain Node runs them, packages stay in node_modules. */
import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

const entries = {
  supervisor: 'lib/supervise/supervisor.ts',
  child: 'lib/supervise/child.ts',
  web: 'lib/supervise/web-main.ts',
  worker: 'lib/ingest/worker-main.ts',
  scorer: 'lib/ingest/scorer-main.ts',
  cli: 'lib/cli/main.ts',
}

await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path)))),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
})
