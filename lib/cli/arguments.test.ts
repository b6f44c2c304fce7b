import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const read = (line: string) => readArguments(line.split(' ').filter(Boolean), NOW)
const reason = (line: string) => {
  const command = read(line)
  return command.command === 'wrong' ? command.reason : `not wrong: ${JSON.stringify(command)}`
}

describe('import', () => {
  test('takes files, folders and standard input in any order with its options', () => {
    expect(read('import a.log --source shop logs - --wait --url http://127.0.0.1:3700')).toEqual({
      command: 'import',
      paths: ['a.log', 'logs', '-'],
      source: 'shop',
      wait: true,
      url: 'http://127.0.0.1:3700/',
    })
  })

  test('an address keeps its path, so that Specter may live below one', () => {
    expect(read('import a --url https://tools.example/specter//')).toMatchObject({ url: 'https://tools.example/specter/' })
  })

  test('a file whose name begins with a dash comes after --', () => {
    expect(read('import -- --odd.log')).toMatchObject({ paths: ['--odd.log'] })
  })

  test('says what is wrong', () => {
    expect(reason('import')).toContain('name a file')
    expect(reason('import - -')).toContain('once')
    expect(reason('import a --nope')).toContain("'--nope'")
    expect(reason('import a --url 127.0.0.1:3000')).toContain('"127.0.0.1:3000" is no address')
    expect(reason('import a --url ftp://x')).toContain('is no address')
    expect(reason('import a --source')).toContain('argument missing')
    expect(reason(`import a --source ${'x'.repeat(201)}`)).toContain('1 to 200 characters')
    expect(readArguments(['import', 'a', '--source', 'a\nb'], NOW)).toMatchObject({ command: 'wrong', topic: 'import' })
  })
})

describe('export', () => {
  test('takes what to export and what selects it', () => {
    expect(read('export links --from -1h --to now --tier b --min-confidence 0')).toMatchObject({
      what: 'links',
      from: '-1h',
      to: 'now',
      tier: 'B',
      minConfidence: 0,
    })
    expect(readArguments(['export', 'events', '--q', 'coupon:SAVE20 status:error'], NOW)).toMatchObject({ what: 'events', q: 'coupon:SAVE20 status:error' })
  })

  test('says what is wrong', () => {
    expect(reason('export')).toContain('links, events, transactions')
    expect(reason('export maps')).toContain('links, events, transactions')
    expect(reason('export links events')).toContain('links, events, transactions')
    expect(reason('export links --q a')).toContain('not links')
    expect(reason('export events --tier A')).toContain('not events')
    expect(reason('export links --tier Z')).toContain('"Z" is none of A, B, C, K')
    expect(reason('export links --min-confidence high')).toContain('"high" is no number')
    expect(reason('export links --min-confidence 1.5')).toContain('from 0 to 1')
    expect(reason('export links --min-confidence=')).toContain('no number')
    expect(reason('export events --from yesterday')).toContain('--from "yesterday" is no time')
  })
})

test('help is asked for by --help, -h, help or nothing', () => {
  expect(['', '--help', '-h', 'help'].map(read)).toEqual(Array(4).fill({ command: 'help', topic: 'all' }))
  expect(read('import --help')).toEqual({ command: 'help', topic: 'import' })
  expect(read('export links -h')).toEqual({ command: 'help', topic: 'export' })
  expect(reason('imprt a')).toBe('there is no command "imprt"')
})
