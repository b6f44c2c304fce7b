import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

import { build, type Plugin } from 'esbuild'

/**
 * A function's code as it would be deployed: the handler, the AWS SDK and the logger in one file, compiled once. Each
 * sandbox evaluates it again and so has module state of its own: clients, caches, counters.
 */
export interface FunctionBundle {
  /** Gives the module wrapper; call it to load one more copy. */
  load: (bindings: Record<string, unknown>) => void
}

/** What a sandbox gives its code instead of the machine's own. The order is the wrapper's list of parameters. */
const BINDINGS = [
  'exports',
  'require',
  'module',
  'process',
  'console',
  'globalThis',
  'global',
  'Date',
  'Math',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'performance',
  'crypto',
  'fetch',
  '__platform',
] as const

const RUNTIME_FOLDER = dirname(fileURLToPath(import.meta.url))

/**
 * The SDK's HTTP client is replaced at its seam (`requestHandler`), so that calls are answered in process; all else of the
 * SDK is the real thing: serialising, signing, retries, checksums.
 */
const answerInProcess: Plugin = {
  name: 'answer-in-process',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^@smithy\/node-http-handler$/ }, () => ({ path: join(RUNTIME_FOLDER, 'http-bridge.ts') }))
  },
}

/**
 * A fault in code is another version of one module: with `lost-event` on, `./order-events` is read from
 * `order-events.lost-event.ts` where that file exists.
 */
function withVersions(variants: readonly string[]): Plugin {
  return {
    name: 'versions',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^\.\// }, ({ path, resolveDir }) => {
        const variant = variants.map((name) => join(resolveDir, `${path}.${name}.ts`)).find((file) => existsSync(file))
        return variant === undefined ? undefined : { path: variant }
      })
    },
  }
}

const bundles = new Map<string, Promise<FunctionBundle>>()

/** Builds a function, or gives what was built before: bundles hold no state. */
export function bundleFunction(entry: string, variants: readonly string[]): Promise<FunctionBundle> {
  const key = [entry, ...variants].join(' ')
  const known = bundles.get(key) ?? buildFunction(entry, variants)
  bundles.set(key, known)
  return known
}

async function buildFunction(entry: string, variants: readonly string[]): Promise<FunctionBundle> {
  const result = await build({
    stdin: { contents: `export { handler } from './${entry}'`, resolveDir: join(RUNTIME_FOLDER, '..', 'handlers'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'error',
    plugins: [answerInProcess, withVersions(variants)],
  })
  const code = result.outputFiles[0]?.text
  if (code === undefined) throw new Error(`esbuild gave no code for ${entry}`)
  const script = new Script(`(function (${BINDINGS.join(', ')}) {${code}\n})`, { filename: '/var/task/index.js' })
  const wrapper = script.runInThisContext() as (...values: unknown[]) => void
  return { load: (bindings) => wrapper(...BINDINGS.map((name) => bindings[name])) }
}
