/**
 * `npm test`: every check there is, in the order of their price. `npm run verify` (--quick) stops before the database.
 * The last line is `N passed, N failed`, with `, N skipped` after it where something could not run.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages, bundle, install, requireNode, root } from '../bin/prepare.mjs'

const quick = process.argv.includes('--quick')
const requireBrowser = process.env.REQUIRE_BROWSER === '1'
const requireData = process.env.REQUIRE_DATA === '1'
/** Installs moto from PyPI: .ci/run's, since npm test needs nothing but Node and npm. */
const withMoto = process.env.WITH_MOTO === '1'
const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
const reports = mkdtempSync(join(tmpdir(), 'specter-reports-'))

process.chdir(root)
process.env.TZ = 'UTC'
// A test never meets the database of the person who runs it.
for (const name of ['DATABASE_URL', 'SPECTER_DATA', 'PORT', 'HOST']) delete process.env[name]

main()

function main() {
  const say = (line) => console.log(line)
  check('prepare', () => {
    requireNode()
    install(say)
    bundle(say)
  })
  command('layers', process.execPath, 'scripts/check-layers.mjs')
  command('lint', bin('oxlint'))
  command('format', bin('oxfmt'), '--check')
  command('types', bin('tsc'), '--noEmit')
  command('dead code', bin('knip'))
  vitest('unit')
  // A minute on a quiet machine: the demo's recorded day, recorded again, has the same hashes.
  if (requireData) command('demo day', bin('tsx'), 'demo/shop/record.ts', '--check')
  if (!quick) {
    vitest('db')
    check('build', () => buildPages(say))
    vitest('process')
    endToEnd()
    if (withMoto) vitest('moto')
  }
  rmSync(reports, { recursive: true, force: true })
  if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`)
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

function bin(name) {
  return join('node_modules', '.bin', name)
}

function heading(name) {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`)
}

function count(name, { passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  if (failed > 0) failures.push(`${name} (${failed})`)
}

/** A step that can't be counted in tests is one test. */
function check(name, work) {
  heading(name)
  try {
    work()
    count(name, { passed: 1 })
  } catch (error) {
    console.error(error.message)
    count(name, { failed: 1 })
  }
}

function command(name, program, ...args) {
  check(name, () => {
    const done = spawnSync(program, args, { stdio: 'inherit' })
    if (done.status !== 0) throw new Error(`${name} failed`)
  })
}

function vitest(project) {
  heading(`${project} tests`)
  const file = join(reports, `${project}.json`)
  const run = spawnSync(bin('vitest'), ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], {
    stdio: 'inherit',
  })
  const report = readReport(file)
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  // A file that could not be loaded has no tests to count.
  const broken = (report?.testResults ?? []).filter(
    (result) => result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
  ).length
  settle(project, { passed: report?.numPassedTests ?? 0, failed: (report?.numFailedTests ?? 0) + broken, skipped }, run.status, requireData)
}

function endToEnd() {
  heading('e2e')
  // Loaded late: a fresh clone has no packages when this file starts.
  const found = spawnSync(process.execPath, ['-e', "import('./scripts/find-browser.mjs').then((m) => console.error(JSON.stringify(m.findBrowser())))"], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  })
  const browser = JSON.parse(found.stderr.trim().split('\n').at(-1) || '{"reason":"the search for one failed"}')
  if (!browser.path) {
    console.log(`e2e SKIPPED: no browser (${browser.reason})`)
    count('e2e', requireBrowser ? { failed: 1 } : { skipped: 1 })
    return
  }
  const file = join(reports, 'e2e.json')
  const env = { ...process.env, SPECTER_E2E_BROWSER: browser.path, PLAYWRIGHT_JSON_OUTPUT_NAME: file }
  const run = spawnSync(bin('playwright'), ['test', '--reporter=list,json'], { stdio: 'inherit', env })
  const stats = readReport(file)?.stats ?? {}
  settle(
    'e2e',
    { passed: (stats.expected ?? 0) + (stats.flaky ?? 0), failed: stats.unexpected ?? 0, skipped: stats.skipped ?? 0 },
    run.status,
    requireBrowser || requireData,
  )
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** A run that fails without a failed test, or that passes without a test, is a failure too. */
function settle(name, { passed, failed, skipped }, status, skipsFail) {
  let bad = failed
  if (status !== 0 && failed === 0) bad = 1
  if (passed === 0 && failed === 0 && skipped === 0) {
    console.error(`${name}: no test ran`)
    bad = 1
  }
  if (skipsFail && skipped > 0) {
    console.error(`${name}: ${skipped} skipped, and nothing may be skipped here`)
    bad += skipped
  }
  count(name, { passed, failed: bad, skipped: skipsFail ? 0 : skipped })
}
