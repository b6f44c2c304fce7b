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
const HANDLERS_FOLDER = join(RUNTIME_FOLDER, '..', 'handlers')

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

interface Built extends FunctionBundle {
  /** The handlers' own modules in it, without their ending. */
  modules: string[]
}

const built = new Map<string, Promise<Built>>()

/** Builds a function, or gives what was built before: bundles hold no state. Variants of modules that it doesn't use change nothing. */
export async function bundleFunction(entry: string, variants: readonly string[]): Promise<FunctionBundle> {
  const plain = await buildOnce(entry, [])
  const own = variants.filter((variant) => plain.modules.some((module) => existsSync(join(HANDLERS_FOLDER, `${module}.${variant}.ts`))))
  return own.length === 0 ? plain : buildOnce(entry, own)
}

function buildOnce(entry: string, variants: readonly string[]): Promise<Built> {
  const key = [entry, ...variants].join(' ')
  const known = built.get(key) ?? buildFunction(entry, variants)
  built.set(key, known)
  return known
}

async function buildFunction(entry: string, variants: readonly string[]): Promise<Built> {
  const result = await build({
    stdin: { contents: `export { handler } from './${entry}'`, resolveDir: HANDLERS_FOLDER, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
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
  const modules = Object.keys(result.metafile.inputs).flatMap((input) => /(?:^|\/)handlers\/([\w-]+)\.ts$/.exec(input)?.[1] ?? [])
  return { modules, load: (bindings) => wrapper(...BINDINGS.map((name) => bindings[name])) }
}
