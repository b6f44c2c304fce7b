/**
 * What a fresh clone needs before it can run: packages, the Prisma client, the bundles, the pages.
 * Plain JavaScript without packages; each step is skipped when its inputs have not changed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

const OLDEST_NODE = [20, 19]

/** What `next build` reads. Tests are left out: changing one builds nothing. */
const PAGE_INPUTS = [
  'app',
  'components',
  'lib',
  'public',
  'prisma/schema.prisma',
  'next.config.js',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]
const BUNDLE_INPUTS = ['lib', 'bin/bundle.mjs', 'package.json', 'package-lock.json']

/** The line that a person sees; thrown errors with `plain` set are printed without a stack. */
export class PlainError extends Error {}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new PlainError(`Specter needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}`)
}

/** `npm ci`, when node_modules isn't what package-lock.json says. Install scripts are not run (.npmrc): some of them download. */
export function install(say) {
  if (isInstalled()) return
  step(say, 'Installing packages (npm ci)', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']))
}

/** npm writes what it has installed to node_modules/.package-lock.json, as its last act. */
function isInstalled() {
  try {
    const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages
    const installed = read('node_modules/.package-lock.json')
    return Object.entries(read('package-lock.json')).every(
      ([path, wanted]) => path === '' || installed[path]?.version === wanted.version || (wanted.optional && !installed[path]),
    )
  } catch {
    return false
  }
}

/** The Prisma client and dist/*.mjs. */
export function bundle(say) {
  unlessUnchanged('client', ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'], () =>
    step(say, 'Generating the Prisma client', () => run(bin('prisma'), ['generate'], { PRISMA_HIDE_UPDATE_MESSAGE: '1' })),
  )
  unlessUnchanged('bundles', BUNDLE_INPUTS, () =>
    step(say, 'Bundling the server, the worker and the command line', () => run(process.execPath, ['bin/bundle.mjs'])),
  )
}

/** The pages: `next build`. */
export function buildPages(say) {
  unlessUnchanged('pages', PAGE_INPUTS, () =>
    step(say, 'Building the pages (next build, the longest step)', () => {
      run(bin('next'), ['build'], { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' })
    }),
  )
}

function bin(name) {
  return join(root, 'node_modules', '.bin', name)
}

function step(say, words, work) {
  const start = Date.now()
  say(`${words} …`)
  work()
  say(`${words}: done in ${((Date.now() - start) / 1000).toFixed(1)} s`)
}

/** The output is kept and shown only on failure: on success the one line of words is enough. */
function run(command, args, environment = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (done.status === 0) return
  if (done.signal) throw new PlainError(`${[command, ...args].join(' ')} was stopped by ${done.signal}`)
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`)
  throw new PlainError(`${[command, ...args].join(' ')} failed: ${done.error?.message ?? `exit code ${done.status}`}`)
}

/** dist/NAME.hash holds the hash of the inputs of the last good run; it is removed first, so that a kill in between leaves none. */
function unlessUnchanged(name, inputs, work) {
  const stamp = join(root, 'dist', `${name}.hash`)
  const hash = hashOf(inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && outputs[name].every((path) => existsSync(join(root, path)))) return
  mkdirSync(join(root, 'dist'), { recursive: true })
  rmSync(stamp, { force: true })
  work()
  writeFileSync(stamp, hash)
}

const outputs = {
  client: ['lib/db/generated'],
  bundles: ['dist/supervisor.mjs', 'dist/web.mjs'],
  pages: ['.next/BUILD_ID'],
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform}`)
  for (const input of inputs) {
    for (const path of filesUnder(input)) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function filesUnder(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (!stat) return []
  if (!stat.isDirectory()) return /\.(test\.tsx?|md)$/.test(path) ? [] : [path]
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}
