/**
 * Who may import whom (docs/architecture.md): a closed allow-list, so that a new folder or package is a decision and not an accident.
 * Cross-folder imports are `#lib/x/y` or `#components/x`, inside a folder `./y`, and `../` is forbidden: one regex reads every edge.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const PURE = { node: false, globals: false }

/** The first row whose folder a file is in decides; `lib` and `npm` list what it may import besides itself. */
export const layers = [
  { folder: 'lib/base', lib: [], npm: [], ...PURE },
  { folder: 'lib/model', lib: ['base'], npm: ['zod'], ...PURE },
  { folder: 'lib/parse', lib: ['base', 'model'], npm: [], ...PURE },
  { folder: 'lib/normalize', lib: ['base', 'model'], npm: [], ...PURE },
  { folder: 'lib/link', lib: ['base', 'model'], npm: [], ...PURE },
  { folder: 'lib/graph', lib: ['base', 'model'], npm: ['@dagrejs/dagre'], ...PURE },
  { folder: 'lib/search', lib: ['base', 'model'], npm: [], ...PURE },
  { folder: 'lib/evaluate', lib: ['base', 'model'], npm: ['zod'], ...PURE },
  { folder: 'lib/sources', file: 'decode.ts', lib: ['base', 'model', 'sources'], npm: [], ...PURE },
  {
    folder: 'lib/sources',
    lib: ['base', 'model', 'server'],
    npm: ['@aws-sdk/client-cloudwatch-logs', '@aws-sdk/client-xray', '@aws-sdk/credential-providers', 'yauzl'],
  },
  { folder: 'lib/server', lib: ['base', 'model', 'db'], npm: ['pino', 'zod', 'next'] },
  { folder: 'lib/db', lib: ['base', 'server'], npm: ['pg', 'pg-copy-streams', '@prisma/client', '@prisma/adapter-pg'] },
  { folder: 'lib/store', lib: ['base', 'model', 'db', 'server'], npm: ['pg'] },
  { folder: 'lib/queries', lib: ['base', 'model', 'search', 'graph', 'parse', 'db', 'server'], npm: ['pg'] },
  { folder: 'lib/ingest', lib: ['base', 'model', 'sources', 'parse', 'normalize', 'link', 'store', 'queries', 'db', 'server'], npm: ['pg'] },
  { folder: 'lib/demo', file: 'shift.ts', lib: [], npm: [], ...PURE },
  { folder: 'lib/demo', lib: ['server'], npm: ['zod'] },
  { folder: 'lib/supervise', lib: ['base', 'db', 'server'], npm: ['pg', 'zod', 'next'] },
  {
    folder: 'lib/cli',
    lib: ['base', 'model', 'sources', 'db', 'store', 'queries', 'ingest', 'server', 'supervise', 'search', 'evaluate'],
    npm: ['pg', 'zod', 'yauzl', 'fflate'],
  },
  { folder: 'lib/hooks', lib: ['base', 'model', 'search', 'graph'], npm: ['react', '@tanstack/react-query', 'nuqs', 'next', 'zod', 'fflate'], node: false },
  {
    folder: 'components',
    lib: ['base', 'model', 'graph', 'search', 'hooks'],
    npm: ['react', 'react-dom', 'next', '@tanstack/react-virtual', 'uplot', 'cytoscape', '@base-ui/react', 'nuqs', 'chrono-node'],
    node: false,
  },
  // A test double: products never import it, since no row lists the folder.
  { folder: 'testing/fake-aws', lib: ['base', 'model'], npm: [] },
  { folder: 'app/api', lib: ['server', 'queries', 'store', 'ingest', 'sources', 'model', 'base', 'search', 'graph', 'db', 'demo'], npm: ['next', 'zod'] },
  { folder: 'app/v1', lib: ['server', 'ingest'], npm: [] },
  { folder: 'app', lib: ['model', 'base', 'hooks', 'search'], npm: ['next', 'react', '@tanstack/react-query', 'nuqs', '@fontsource-variable'], node: false },
]

const IMPORT = /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"\s]+)['"]|^import\s*['"]([^'"\s]+)['"]|\bimport\(\s*['"]([^'"\s]+)['"]/gm

/** Time and chance come in as arguments: the same input gives the same ids everywhere. */
const IMPURE = /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bprocess\./

/** What is wrong with one file, in lines; nothing where its folder is no layer. */
export function problemsOf(path, text) {
  const layer = layers.find((row) => path.startsWith(row.folder + '/') && (!row.file || basename(path) === row.file))
  if (!layer) return []
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const found = [...code.matchAll(IMPORT)].map((match) => problemOf(layer, path, match[1] ?? match[2] ?? match[3])).filter(Boolean)
  if (layer.globals === false && IMPURE.test(code)) found.push(`${path}: ${IMPURE.exec(code)[0]} in a pure folder`)
  return found
}

function problemOf(layer, path, target) {
  if (target.startsWith('../')) return `${path}: ${target} leaves its folder; use #lib/… or #components/…`
  if (target.startsWith('./')) return undefined
  if (target.startsWith('#components/')) return path.startsWith('app/') || path.startsWith('components/') ? undefined : `${path}: ${target} is a view`
  if (target.startsWith('#lib/')) {
    const folder = target.split('/')[1]
    return layer.folder === `lib/${folder}` || layer.lib.includes(folder) ? undefined : `${path}: ${layer.folder} may not import ${target}`
  }
  if (target.startsWith('node:')) return layer.node === false ? `${path}: ${target} in a folder that runs in the browser` : undefined
  return layer.npm.some((name) => target === name || target.startsWith(name + '/'))
    ? undefined
    : `${path}: ${layer.folder} may not import the package ${target}`
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return path === join('lib', 'db', 'generated') ? [] : filesUnder(path)
    return /\.(ts|tsx|mjs)$/.test(entry.name) && !/\.(test|fixture)\.tsx?$/.test(entry.name) && !entry.name.startsWith('test-') ? [path] : []
  })
}

/** A checker that finds nothing may be blind: it must find these. */
function selfTest() {
  const bad = [
    ['lib/link/x.ts', "import { getPool } from '#lib/db/pool'"],
    ['lib/parse/x.ts', "import { readFileSync } from 'node:fs'"],
    ['lib/graph/x.ts', 'const t = Date.now()'],
    ['components/x.tsx', "import pg from 'pg'"],
    ['lib/store/x.ts', "export * from '../db/pool'"],
    ['app/page.tsx', "const q = await import('#lib/queries/read')"],
  ]
  const missed = bad.filter(([path, text]) => problemsOf(path, text).length !== 1)
  if (missed.length > 0 || problemsOf('lib/store/x.ts', "import { sql } from '#lib/db/sql'\nimport { y } from './y'").length > 0)
    throw new Error(`check-layers misses what it must find: ${JSON.stringify(missed)}`)
}

if (process.argv[1] === import.meta.filename) {
  selfTest()
  const files = ['lib', 'app', 'components', 'testing'].flatMap(filesUnder)
  const problems = files.flatMap((path) => problemsOf(path, readFileSync(path, 'utf8')))
  for (const problem of problems) console.error(problem)
  console.log(`check-layers: ${files.length} files read, ${problems.length} problems`)
  if (files.length === 0 || problems.length > 0) process.exitCode = 1
}
