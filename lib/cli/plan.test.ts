import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Plan } from './delivery'
import { planDeliveries, sharedName } from './plan'

let cwd = ''
let plan: Plan | undefined

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'specter-plan-'))
})
afterEach(() => {
  plan?.close()
  plan = undefined
  rmSync(cwd, { recursive: true })
})

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(cwd, path, '..'), { recursive: true })
  writeFileSync(join(cwd, path), content)
}

async function planOf(paths: string[], { source, stdin = Readable.from([]) }: { source?: string; stdin?: Readable } = {}): Promise<Plan> {
  plan = await planDeliveries(paths, { source, cwd, stdin })
  return plan
}

const textOf = async (of: Plan, i: number): Promise<string> => (await buffer(await of.deliveries[i]!.open())).toString()
const tarHeader = (): Buffer => Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\u000000'), Buffer.alloc(247)])

describe('a folder', () => {
  test('is read whole, in order of name, with paths below it as names', async () => {
    for (const path of ['logs/b.log', 'logs/a.log', 'logs/sub/a.log', 'logs/A.log']) write(path, `${path}\n`)
    const { deliveries, leftOut } = await planOf(['logs'])
    expect(deliveries.map(({ name, label }) => [name, label])).toEqual([
      ['A.log', 'logs/A.log'],
      ['a.log', 'logs/a.log'],
      ['b.log', 'logs/b.log'],
      ['sub/a.log', 'logs/sub/a.log'],
    ])
    expect(leftOut).toEqual([])
    expect(sharedName(deliveries)).toBeUndefined()
  })

  test('hidden files are named and left out, without harm to the exit code', async () => {
    write('logs/.DS_Store', 'x')
    write('logs/.git/config', 'x')
    write('logs/a.log', 'x')
    const { deliveries, leftOut } = await planOf(['logs'])
    expect(deliveries.map(({ name }) => name)).toEqual(['a.log'])
    expect(leftOut).toEqual([
      { label: 'logs/.DS_Store', reason: 'hidden', failed: false },
      { label: 'logs/.git', reason: 'hidden', failed: false },
    ])
  })

  test('what can’t be read is named, and the rest is read', async () => {
    write('logs/a.log', 'x')
    symlinkSync('gone', join(cwd, 'logs/dangling.log'))
    symlinkSync('loop.log', join(cwd, 'logs/loop.log'))
    const { deliveries, leftOut } = await planOf(['logs'])
    expect(deliveries.map(({ name }) => name)).toEqual(['a.log'])
    expect(leftOut).toEqual([
      { label: 'logs/dangling.log', reason: 'does not exist', failed: true },
      { label: 'logs/loop.log', reason: 'is a link that leads to itself', failed: true },
    ])
  })

  test('links to files are followed, links to folders are not: they could lead in circles', async () => {
    write('elsewhere/real.log', 'x')
    write('logs/a.log', 'x')
    symlinkSync('../elsewhere/real.log', join(cwd, 'logs/linked.log'))
    symlinkSync('..', join(cwd, 'logs/up'))
    const { deliveries, leftOut } = await planOf(['logs'])
    expect(deliveries.map(({ name }) => name)).toEqual(['a.log', 'linked.log'])
    expect(leftOut).toEqual([{ label: 'logs/up', reason: expect.stringContaining('link to a folder'), failed: false }])
  })
})

describe('a file', () => {
  test('has its base name, size and modification time', async () => {
    write('logs/app.log', 'one\ntwo\n')
    utimesSync(join(cwd, 'logs/app.log'), 1_700_000_000, 1_700_000_000.25)
    const { deliveries } = await planOf(['logs/app.log'])
    expect(deliveries).toMatchObject([{ name: 'app.log', label: 'logs/app.log', bytes: 8, modifiedMs: 1_700_000_000_250, gzip: false }])
    expect(await textOf(plan!, 0)).toBe('one\ntwo\n')
    expect(await textOf(plan!, 0)).toBe('one\ntwo\n')
  })

  test('is gzip by its bytes, whatever its name says, and goes as it is', async () => {
    const packed = gzipSync('line\n')
    write('really.log', packed)
    write('not-really.gz', 'line\n')
    const { deliveries } = await planOf(['really.log', 'not-really.gz'])
    expect(deliveries.map(({ gzip }) => gzip)).toEqual([true, false])
    expect(await buffer(await deliveries[0]!.open())).toEqual(packed)
  })

  test('that does not exist is a failure; the others go', async () => {
    write('a.log', 'x')
    const { deliveries, leftOut } = await planOf(['typo.log', 'a.log/x', 'a.log'])
    expect(deliveries).toHaveLength(1)
    expect(leftOut.map(({ label, reason, failed }) => [label, reason, failed])).toEqual([
      ['typo.log', 'does not exist', true],
      ['a.log/x', 'does not exist', true],
    ])
  })

  test('of a packing that is not read is named with the way to unpack it, and never stored as garbage', async () => {
    write('a.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]))
    write('b.tar', tarHeader())
    write('c.tar.gz', gzipSync(Buffer.concat([tarHeader(), Buffer.alloc(1 << 20, 'x')])))
    const { deliveries, leftOut } = await planOf(['a.zst', 'b.tar', 'c.tar.gz'])
    expect(deliveries).toEqual([])
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      'is zstd, which is not read here: zstd -dc FILE | bin/specter import -',
      'is tar, which is not read here: tar xf FILE, then import the folder',
      'is tar, which is not read here: tar xzf FILE, then import the folder',
    ])
    expect(leftOut.every(({ failed }) => failed)).toBe(true)
  })

  test('an empty file and a gzip file that ends at once are for the server to judge', async () => {
    write('empty.log', '')
    write('cut.gz', gzipSync('line\n'.repeat(100)).subarray(0, 5))
    const { deliveries } = await planOf(['empty.log', 'cut.gz'])
    expect(deliveries.map(({ bytes, gzip }) => [bytes, gzip])).toEqual([
      [0, false],
      [5, true],
    ])
  })

  test('--source names all of them; equal base names without it are pointed out', async () => {
    write('a/app.log', 'x')
    write('b/app.log', 'x')
    expect(sharedName((await planOf(['a/app.log', 'b/app.log'])).deliveries)).toEqual({ name: 'app.log', labels: ['a/app.log', 'b/app.log'] })
    expect((await planOf(['a', 'b/app.log'], { source: 'shop' })).deliveries.map(({ name }) => name)).toEqual(['shop', 'shop'])
  })

  test('a name that the server would refuse is made one that it takes', async () => {
    const long = `${'d'.repeat(150)}/${'f'.repeat(150)}.log`
    write(`logs/${long}`, 'x')
    write('logs/line\nbreak.log', 'x')
    const { deliveries } = await planOf(['logs'])
    expect(deliveries.map(({ name }) => name)).toEqual([long.slice(-200), 'linebreak.log'])
  })
})

describe('a zip', () => {
  const MTIME = new Date('2024-05-06T07:08:10')

  test('is one delivery an entry, unpacked, with its path as name', async () => {
    write(
      'all.zip',
      zipSync(
        {
          'logs/app.log': Buffer.from('one\n'),
          'x.ndjson': Buffer.from('{}\n'),
          '__MACOSX/x': Buffer.from('x'),
          'logs/.hidden': Buffer.from('x'),
          'dir/': new Uint8Array(),
        },
        { mtime: MTIME },
      ),
    )
    const { deliveries, leftOut } = await planOf(['all.zip'])
    expect(deliveries.map(({ name, label, bytes, gzip }) => ({ name, label, bytes, gzip }))).toEqual([
      { name: 'logs/app.log', label: 'all.zip: logs/app.log', bytes: 4, gzip: false },
      { name: 'x.ndjson', label: 'all.zip: x.ndjson', bytes: 3, gzip: false },
    ])
    expect(deliveries[0]!.modifiedMs).toBe(MTIME.getTime())
    expect([await textOf(plan!, 0), await textOf(plan!, 1), await textOf(plan!, 0)]).toEqual(['one\n', '{}\n', 'one\n'])
    expect(leftOut.map(({ label, failed }) => [label, failed])).toEqual([
      ['all.zip: __MACOSX/x', false],
      ['all.zip: logs/.hidden', false],
    ])
  })

  test('in a folder, with or without its ending, is opened too', async () => {
    write('logs/export', zipSync({ 'a.log': Buffer.from('a\n') }))
    expect((await planOf(['logs'])).deliveries.map(({ name, label }) => [name, label])).toEqual([['a.log', 'logs/export: a.log']])
  })

  test('a zip or tar inside is an error when it is read, before a byte of it is sent', async () => {
    write('outer.zip', zipSync({ 'inner.zip': zipSync({ a: Buffer.from('a') }), 'b.tar': tarHeader() }))
    const { deliveries } = await planOf(['outer.zip'])
    await expect(textOf(plan!, 0)).rejects.toThrow('zip inside a zip')
    await expect(textOf(plan!, 1)).rejects.toThrow('tar inside a zip')
    expect(deliveries).toHaveLength(2)
  })

  test('made to explode is left out', async () => {
    const packed = Buffer.from(zipSync({ bomb: Buffer.from('x'), 'a.log': Buffer.from('a\n') }))
    // The directory at the end says how large the first entry grows.
    packed.writeUInt32LE(70_000_000, packed.indexOf('PK\u0001\u0002') + 24)
    write('bomb.zip', packed)
    const { deliveries, leftOut } = await planOf(['bomb.zip'])
    expect(deliveries.map(({ name }) => name)).toEqual(['a.log'])
    expect(leftOut).toEqual([{ label: 'bomb.zip: bomb', reason: expect.stringContaining('200 times'), failed: true }])
  })

  test('cut short is a failure of that file alone', async () => {
    const whole = zipSync({ 'a.log': Buffer.from('a\n') })
    write('cut.zip', whole.subarray(0, whole.length - 10))
    write('a.log', 'x')
    const { deliveries, leftOut } = await planOf(['cut.zip', 'a.log'])
    expect(deliveries.map(({ name }) => name)).toEqual(['a.log'])
    expect(leftOut).toMatchObject([{ label: 'cut.zip', failed: true }])
  })

  test('with broken bytes in an entry fails when that entry is read', async () => {
    const packed = zipSync({ 'a.log': Buffer.from('line of a log\n'.repeat(1000)) })
    packed.fill(0xff, 40, 60)
    write('broken.zip', packed)
    await planOf(['broken.zip'])
    await expect(textOf(plan!, 0)).rejects.toThrow()
  })
})

describe('standard input', () => {
  test('is a delivery of unknown size, gzip by its bytes', async () => {
    const { deliveries } = await planOf(['-'], { stdin: Readable.from([gzipSync('line\n')]) })
    expect(deliveries).toMatchObject([{ name: 'stdin', label: 'standard input', bytes: null, modifiedMs: null, gzip: true }])
    expect(await buffer(await deliveries[0]!.open())).toEqual(gzipSync('line\n'))
  })

  test('that is a zip is refused: a zip is read from its end', async () => {
    const { deliveries, leftOut } = await planOf(['-'], { stdin: Readable.from([Buffer.from(zipSync({ a: Buffer.from('a') }))]) })
    expect(deliveries).toEqual([])
    expect(leftOut).toMatchObject([{ failed: true, reason: expect.stringContaining('name it as a file') }])
  })
})
